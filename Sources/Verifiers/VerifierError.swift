internal import Messages

/// What can be wrong with the choice of a verifier.
public enum VerifierError: Error, Equatable, CustomStringConvertible {
  /// No verifier has this name; a usage error, as the next three are.
  case unknownName(String, known: [String])
  /// A weight names a part that the verifier's scores don't carry.
  case unknownPart(String, verifier: String, known: [String])
  /// Two verifiers of a combination have a part of the same name.
  case partDefinedTwice(String)
  /// A weight is infinite or not a number.
  case weightNotFinite(part: String)
  /// The folder or a file of a verifier that is opened from outside isn't there.
  case missing(String)
  /// What such a verifier says of itself can't be used; the text begins with file, line and column.
  case invalid(String)
  /// It can't be started, or can't judge.
  case failed(String)

  /// What is wrong and what to do about it.
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
    case .missing(let what), .invalid(let what), .failed(let what): what
    }
  }
}
