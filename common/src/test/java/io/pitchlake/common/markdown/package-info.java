/// Reads the project's own documents, so that tests can hold what they say against the program:
/// headings, tables, code and links of GitHub's Markdown, as far as this project writes it.
package io.pitchlake.common.markdown;
