package io.pitchlake.node.cli;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What has a shell complete Pitchlake's commands, options and their values. Each script walks over
/// the words in front of the cursor to find the command that is meant, and then knows from a table
/// what may come; nothing is started for it.
final class CompletionScript {
  private static final String BASH =
      """
      # bash completion for pitchlake, made by 'pitchlake completion bash'

      _pitchlake() {
        local cur=${COMP_WORDS[COMP_CWORD]} at='' valued='' word words='' i position=0
        COMPREPLY=()
        for ((i = 1; i < COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          if [ "$word" = = ]; then
            continue
          elif [ -n "$valued" ]; then
            valued=''
            continue
          fi
          case $word in
            -*)
              case ${at:+$at }$word in
                @VALUED@) valued=$word ;;
              esac
              ;;
            *)
              case ${at:+$at }$word in
                @COMMANDS@) at=${at:+$at }$word position=0 ;;
                *) position=$((position + 1)) ;;
              esac
              ;;
          esac
        done
        [ "$cur" != = ] || cur=''
        if [ -n "$valued" ]; then
          case ${at:+$at }$valued in
      @VALUES@
          esac
        elif [[ $cur == -* ]]; then
          case $at in
      @OPTIONS@
          esac
        else
          case ${at:+$at }$position in
      @ARGUMENTS@
          esac
        fi
        if [ "$words" = '<files>' ]; then
          compopt -o filenames 2>/dev/null
          mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        else
          mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
        fi
      }
      complete -F _pitchlake pitchlake
      """;

  private static final String ZSH =
      """
      #compdef pitchlake
      # zsh completion for pitchlake, made by 'pitchlake completion zsh'

      _pitchlake() {
        local cur=${words[CURRENT]} at='' valued='' word i position=0
        local -a found
        for ((i = 2; i < CURRENT; i++)); do
          word=${words[i]}
          if [[ -n $valued ]]; then
            valued=''
            continue
          fi
          case $word in
            (-*)
              case ${at:+$at }$word in
                (@VALUED@) valued=$word ;;
              esac
              ;;
            (*)
              case ${at:+$at }$word in
                (@COMMANDS@) at=${at:+$at }$word position=0 ;;
                (*) position=$((position + 1)) ;;
              esac
              ;;
          esac
        done
        if [[ -n $valued ]]; then
          case ${at:+$at }$valued in
      @VALUES@
          esac
        elif [[ $cur == -* ]]; then
          case $at in
      @OPTIONS@
          esac
        else
          case ${at:+$at }$position in
      @ARGUMENTS@
          esac
        fi
        if [[ ${found[1]} == '<files>' ]]; then
          _files
        elif (( ${#found} )); then
          _describe -t words pitchlake found
        fi
      }
      if [[ $funcstack[1] == _pitchlake ]]; then
        _pitchlake "$@"
      else
        compdef _pitchlake pitchlake
      fi
      """;

  private static final String FISH =
      """
      # fish completion for pitchlake, made by 'pitchlake completion fish'

      function __pitchlake_complete
        set -l cur (commandline -ct)
        set -l at ''
        set -l valued ''
        set -l position 0
        set -l before (commandline -opc)
        for word in $before[2..-1]
          if test -n "$valued"
            set valued ''
            continue
          end
          set -l place (string trim "$at $word")
          switch $word
            case '-*'
              if contains -- "$place" @VALUED@
                set valued $word
              end
            case '*'
              if contains -- "$place" @COMMANDS@
                set at $place
                set position 0
              else
                set position (math $position + 1)
              end
          end
        end
        if test -n "$valued"
          switch (string trim "$at $valued")
      @VALUES@
          end
        else if string match -q -- '-*' "$cur"
          switch "$at"
      @OPTIONS@
          end
        else
          switch (string trim "$at $position")
      @ARGUMENTS@
          end
        end
      end
      complete -c pitchlake -f -a '(__pitchlake_complete)'
      """;

  private static final String INDENT = "      ";

  private CompletionScript() {}

  private static String filled(
      String script,
      CompletionTable table,
      Function<List<String>, String> alternatives,
      Function<CompletionTable.Row, String> row) {
    Function<List<CompletionTable.Row>, String> rows =
        all -> all.stream().map(row).map(line -> INDENT + line).collect(Collectors.joining("\n"));
    return script
        .replace("@VALUED@", alternatives.apply(table.valued()))
        .replace("@COMMANDS@", alternatives.apply(table.commands()))
        .replace("@VALUES@", rows.apply(table.values()))
        .replace("@OPTIONS@", rows.apply(table.options()))
        .replace("@ARGUMENTS@", rows.apply(table.arguments()));
  }

  /// A text that a shell takes as it is.
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static String fishQuoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /// A pattern that stands for a key, of which `*` is any position.
  private static String pattern(String key) {
    return key.endsWith(" *") ? quoted(key.substring(0, key.length() - 1)) + "*" : quoted(key);
  }

  private static String alternatives(List<String> keys) {
    return keys.stream().map(CompletionScript::quoted).collect(Collectors.joining(" | "));
  }

  static String bash(CompletionTable table) {
    return filled(
        BASH,
        table,
        CompletionScript::alternatives,
        row ->
            "%s) words=%s ;;"
                .formatted(
                    pattern(row.key()),
                    quoted(
                        row.files()
                            ? "<files>"
                            : row.candidates().stream()
                                .map(CommandTree.Candidate::word)
                                .collect(Collectors.joining(" ")))));
  }

  static String zsh(CompletionTable table) {
    return filled(
        ZSH,
        table,
        CompletionScript::alternatives,
        row ->
            "(%s) found=(%s) ;;"
                .formatted(
                    pattern(row.key()),
                    row.files()
                        ? "'<files>'"
                        : row.candidates().stream()
                            .map(one -> quoted(described(one)))
                            .collect(Collectors.joining(" "))));
  }

  /// A word and what it is for, as `_describe` reads it.
  private static String described(CommandTree.Candidate one) {
    String word = one.word().replace(":", "\\:");
    return one.summary().isEmpty() ? word : word + ":" + one.summary();
  }

  static String fish(CompletionTable table) {
    return filled(
        FISH,
        table,
        keys -> keys.stream().map(CompletionScript::fishQuoted).collect(Collectors.joining(" ")),
        row ->
            "case %s\n%s  %s"
                .formatted(
                    fishQuoted(row.key()),
                    INDENT,
                    row.files()
                        ? "__fish_complete_path \"$cur\""
                        : "printf '%s\\t%s\\n' "
                            + row.candidates().stream()
                                .map(
                                    one -> fishQuoted(one.word()) + " " + fishQuoted(one.summary()))
                                .collect(Collectors.joining(" "))));
  }
}
