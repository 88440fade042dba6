/// What can be wrong with the choice of a verifier; a usage or configuration error.
public enum VerifierError: Error, Equatable, CustomStringConvertible {
  /// No verifier has this name.
  case unknownName(String, known: [String])
  /// A weight names a part that the verifier's scores don't carry.
  case unknownPart(String, verifier: String, known: [String])
  /// Two verifiers of a combination have a part of the same name.
  case partDefinedTwice(String)
  /// A weight is infinite or not a number.
  case weightNotFinite(part: String)

  /// What is wrong and how to mend it.
  public var description: String {
    switch self {
    case .unknownName(let name, let known):
      "no verifier is called \(quoted(name)); \(suggestion(for: name, among: known))"
    case .unknownPart(let part, let verifier, let known):
      "the verifier \(verifier) has no part \(quoted(part)) to weigh; "
        + suggestion(for: part, among: known)
    case .partDefinedTwice(let part):
      "two combined verifiers both have a part \(quoted(part)); leave one of them out"
    case .weightNotFinite(let part):
      "the weight of \(quoted(part)) is not a finite number"
    }
  }
}
