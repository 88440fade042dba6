/// The kinds of text that are written to be paid without a right answer.
package enum AttackFamily: String, Sendable, CaseIterable {
  /// Marks without an answer, or no text at all.
  case empty
  /// Marks missing, repeated, out of order or look-alikes; a completion that was cut off.
  case marks
  /// The right answer in the reasoning only.
  case reasoning
  /// The right answer beside another one, or several times.
  case several
  /// All answers that come to mind.
  case enumeration
  /// The right answer inside something longer.
  case inside
  /// The prompt instead of an answer, or the reference quoted from it.
  case quoting
  /// An expression that has the right value, or that stalls who evaluates it.
  case expression
  /// The right answer in a sentence, in brackets or with a unit.
  case wrapping
  /// The right value with leading zeros, a plus sign, or a decimal point that adds nothing.
  case spelling
  /// The right answer with spaces or line breaks around it.
  case spaces
  /// Digits and letters of other scripts, and invisible characters.
  case unicode
  /// Control characters.
  case control
  /// A megabyte of text, and deep nesting.
  case size
}
