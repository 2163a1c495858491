package io.pitchlake.node.doctor;

/// What a check has come to.
public sealed interface Finding {
  Topic topic();

  /// What was seen, one sentence without its full stop.
  String seen();

  /// All is well.
  record Fine(Topic topic, String seen) implements Finding {}

  /// Something works worse than it could, or will fail one day.
  ///
  /// @param remedy what to do, with the command to type
  record Warning(Ailment ailment, String seen, String remedy) implements Finding {
    @Override
    public Topic topic() {
      return ailment.topic();
    }
  }

  /// Something does not work.
  ///
  /// @param remedy what to do, with the command to type
  record Fault(Ailment ailment, String seen, String remedy) implements Finding {
    @Override
    public Topic topic() {
      return ailment.topic();
    }
  }

  /// It could not be found out.
  ///
  /// @param seen what stood in the way
  /// @param remedy how it can be found out
  record Unknown(Topic topic, String seen, String remedy) implements Finding {}
}
