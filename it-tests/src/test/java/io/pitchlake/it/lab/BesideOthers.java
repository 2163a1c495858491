package io.pitchlake.it.lab;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/// A lab that waits more than it computes and measures no milliseconds: it runs while another one
/// of its kind does. Those without this have the machine to themselves.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("beside-others")
public @interface BesideOthers {}
