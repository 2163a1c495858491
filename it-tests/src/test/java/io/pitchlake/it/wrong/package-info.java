/// Two modules that import each other and a library: what the architecture rules must catch.
package io.pitchlake.it.wrong;
