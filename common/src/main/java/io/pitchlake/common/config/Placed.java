package io.pitchlake.common.config;

/// A value and the word it was read from.
record Placed<T>(T value, Token at) {}
