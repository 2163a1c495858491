package io.pitchlake.common.config;

import java.util.LinkedHashMap;
import java.util.Map;

/// What becomes of an option or a command of Pen 0.34.
///
/// @param valued whether an option takes an argument; of no meaning for commands
/// @param words for [Fate#LEFT_OUT] why nothing is lost, for [Fate#REFUSED] what to use instead
record PenRule(Fate fate, boolean valued, String words) {
  private static final String PROXY =
      "belongs to Pen's proxy mode; here frames go to a server as they are, and ";
  private static final String TLS =
      PROXY + "TLS ends on the servers themselves: configure certificates there";
  private static final String CONTROL =
      "belongs to Pen's control port, which this build does not have; change the file of -F and"
          + " send SIGHUP, and read the summary lines of the log";

  /// Every option that Pen 0.34.1 accepts.
  static final Map<Character, PenRule> OPTIONS = options();

  /// Every command of penctl that is not understood, by its first word.
  static final Map<String, PenRule> COMMANDS = commands();

  enum Fate {
    /// Does what it does in Pen.
    TAKEN,
    /// Says how Pen works inside; nothing that anybody can see depends on it.
    LEFT_OUT,
    /// Asks for something that is not done.
    REFUSED
  }

  private static PenRule taken(boolean valued) {
    return new PenRule(Fate.TAKEN, valued, "");
  }

  private static Map<Character, PenRule> options() {
    Map<Character, PenRule> rules = new LinkedHashMap<>();
    for (char letter : "dfhNrUW".toCharArray()) {
      rules.put(letter, taken(false));
    }
    for (char letter : "BeFoOpT".toCharArray()) {
      rules.put(letter, taken(true));
    }
    leaveOut(rules, 'P', false, "the ways to wait for frames are 'engine { idle ... }'");
    leaveOut(rules, 'Q', false, "the ways to wait for frames are 'engine { idle ... }'");
    leaveOut(rules, 'a', false, "there are no dumps of what passes; use tcpdump");
    leaveOut(rules, 'm', true, "no connection is accepted here, so none wait");
    leaveOut(rules, 'q', true, "no connection is accepted here, so none wait");
    leaveOut(rules, 'D', false, "Pen does not use it any more");
    leaveOut(rules, 'n', false, "Pen does not use it any more");
    refuse(rules, 'A', true, TLS);
    refuse(rules, 'C', true, CONTROL);
    refuse(rules, 'E', true, TLS);
    refuse(rules, 'G', true, TLS);
    refuse(rules, 'H', false, PROXY + "a server sees the client's own address without it");
    refuse(rules, 'K', true, TLS);
    refuse(rules, 'L', true, TLS);
    refuse(rules, 'R', false, TLS);
    refuse(rules, 'S', true, "was taken out of Pen 0.32; name the servers, and they are counted");
    refuse(rules, 'X', false, CONTROL);
    refuse(rules, 'Z', false, TLS);
    refuse(
        rules,
        'b',
        true,
        "has no meaning where servers are asked again and again; how often, and when one is taken"
            + " out, says 'arp 1,3' in a target of a configuration file (see --print-config)");
    refuse(
        rules,
        'c',
        true,
        "bounds Pen's table of clients; write 'set sessions N' in a configuration file (see"
            + " --print-config)");
    refuse(rules, 'i', true, "is for Windows; on Linux start it by a systemd unit");
    refuse(rules, 'j', true, "is RootDirectory= of a systemd unit");
    refuse(
        rules,
        'l',
        true,
        "is not needed: the log goes to standard output and syslog; send it where you want it with"
            + " '>> FILE'");
    refuse(
        rules,
        's',
        false,
        PROXY + "a client whose server is lost always gets another; take it out");
    refuse(
        rules,
        't',
        true,
        PROXY
            + "no connection is made; when a server counts as lost says 'arp 1,3' in a target of a"
            + " configuration file (see --print-config)");
    refuse(
        rules,
        'u',
        true,
        "is User= of a systemd unit, with AmbientCapabilities=CAP_NET_RAW in place of root");
    refuse(rules, 'w', true, "wants a page of statistics; read the summary lines of the log");
    refuse(
        rules,
        'x',
        true,
        PROXY
            + "there are no connections to bound; write 'set sessions N' in a configuration file"
            + " for the table of flows, or a server's own limit as HOST:PORT:MAX");
    return rules;
  }

  private static Map<String, PenRule> commands() {
    Map<String, PenRule> rules = new LinkedHashMap<>();
    for (String word : "poll select epoll kqueue".split(" ")) {
      rules.put(word, leftOut("the ways to wait for frames are 'engine { idle ... }'"));
    }
    for (String word : "block delayed_forward abort_on_error ascii tcp_nodelay".split(" ")) {
      rules.put(word, leftOut("no data passes through this program's hands"));
    }
    rules.put("pending_max", leftOut("no connection is made here, so none are pending"));
    rules.put("control_acl", leftOut("there is no control port"));
    for (String word :
        ("clients_max close connection control exit idlers mode pid recent servers socket status"
                + " write")
            .split(" ")) {
      rules.put(word, refused(CONTROL));
    }
    for (String word :
        ("ssl_ciphers ssl_client_renegotiation_interval ssl_ocsp_response ssl_option ssl_sni_path"
                + " ssl_session_id_context")
            .split(" ")) {
      rules.put(word, refused(TLS));
    }
    rules.put("blacklist", refused(OPTIONS.get('b').words()));
    rules.put("timeout", refused(OPTIONS.get('t').words()));
    rules.put("conn_max", refused(OPTIONS.get('x').words()));
    rules.put("http", refused(OPTIONS.get('H').words()));
    rules.put("log", refused(OPTIONS.get('l').words()));
    rules.put("stubborn", refused(OPTIONS.get('s').words()));
    rules.put("web_stats", refused(OPTIONS.get('w').words()));
    rules.put("dummy", refused(PROXY + "a web server for tests is another program"));
    rules.put("source", refused(PROXY + "a server sees the client's own address"));
    rules.put("transparent", refused(PROXY + "a server always sees the client's own address"));
    rules.put("tcp_fastclose", refused(PROXY + "connections end as client and server end them"));
    rules.put(
        "dsr_ip",
        refused("is documented nowhere; write --real ADDRESS/LEN for the address to ask from"));
    return rules;
  }

  private static PenRule leftOut(String words) {
    return new PenRule(Fate.LEFT_OUT, false, words);
  }

  private static PenRule refused(String words) {
    return new PenRule(Fate.REFUSED, false, words);
  }

  private static void leaveOut(
      Map<Character, PenRule> rules, char letter, boolean valued, String words) {
    rules.put(letter, new PenRule(Fate.LEFT_OUT, valued, words));
  }

  private static void refuse(
      Map<Character, PenRule> rules, char letter, boolean valued, String words) {
    rules.put(letter, new PenRule(Fate.REFUSED, valued, words));
  }
}
