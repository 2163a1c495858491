/// The image of `deploy/Dockerfile` in the lab of `docker-compose.yml`, started as users start it.
/// Needs a Docker engine; `deploy/test.sh` installs and starts one.
package io.pitchlake.it.docker;
