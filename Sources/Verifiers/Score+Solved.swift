extension Score {
  /// Whether the answer is right: full `correctness`, or where a verifier has no such part, a
  /// reward of at least 1.
  package var isSolved: Bool { (parts["correctness"] ?? reward) >= 1 }
}
