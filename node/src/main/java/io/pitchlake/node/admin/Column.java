package io.pitchlake.node.admin;

/// One named value of an answer. A value that is not known is null.
///
/// @param name in lower case, words joined by `_`, the unit last
/// @param meaning one phrase for the API's description
record Column(String name, Type type, String meaning) {
  /// What a value is.
  enum Type {
    TEXT("string"),
    NUMBER("number"),
    FLAG("boolean");

    private final String schema;

    Type(String schema) {
      this.schema = schema;
    }

    /// Its name in JSON schemas.
    String schema() {
      return schema;
    }
  }

  static Column text(String name, String meaning) {
    return new Column(name, Type.TEXT, meaning);
  }

  static Column number(String name, String meaning) {
    return new Column(name, Type.NUMBER, meaning);
  }

  static Column flag(String name, String meaning) {
    return new Column(name, Type.FLAG, meaning);
  }
}
