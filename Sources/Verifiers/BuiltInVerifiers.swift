/// The verifiers that come with Hone, by the names that suites use.
public enum BuiltInVerifiers {
  /// One line per verifier: its name, what it checks, and how it is made.
  public static let table: [(name: String, summary: String, make: @Sendable () -> any Verifier)] = [
    ("numeric", "the exact number: 12, -3/4 or 0.25", { NumericVerifier() }),
    ("truth", "True, False or Unknown, spelled exactly", { TruthVerifier() }),
    ("text", "the exact text, byte for byte", { TextVerifier() }),
    ("format", "one <think>…</think> at the start, then an answer", { FormatVerifier() }),
  ]

  /// The known names, in the order of the table.
  public static var names: [String] { table.map(\.name) }

  /// Makes the verifier of this name.
  ///
  /// - Throws: `VerifierError.unknownName`, which lists the known ones.
  public static func make(_ name: String) throws(VerifierError) -> any Verifier {
    guard let entry = table.first(where: { $0.name == name }) else {
      throw .unknownName(name, known: names)
    }
    return entry.make()
  }

  /// Makes the verifier of this name with the part `format` logged beside its own.
  ///
  /// - Parameter weights: What each part weighs; without it, 1 for each of the verifier's own parts
  ///   and 0 for `format`.
  /// - Throws: `VerifierError` for an unknown name or part.
  public static func make(
    _ name: String, weights: [String: Double]?
  ) throws(VerifierError) -> any Verifier {
    let verifier = try make(name)
    let own = Dictionary(verifier.partNames.map { ($0, 1.0) }) { first, _ in first }
    let format = FormatVerifier()
    let isFormat = verifier.name == format.name
    return try WeightedVerifier(
      name: name, isFormat ? [verifier] : [verifier, format], weights: weights ?? own)
  }
}
