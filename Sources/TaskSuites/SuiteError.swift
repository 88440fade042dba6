package import JSON
internal import Verifiers

/// Why a suite can't be opened: one line with file, place and what to do.
package struct SuiteError: JSONErrorConvertible, Equatable, CustomStringConvertible {
  /// The kinds of failure, which have different exit codes.
  package enum Kind: Sendable, Equatable {
    /// The suite or a file that it names doesn't exist.
    case missing
    /// A file exists but can't be read.
    case unreadable
    /// A file's contents are wrong.
    case badData
    /// A verifier plugin can't be started, or failed on a row.
    case verifierFailed

    init(_ error: VerifierError) {
      self =
        switch error {
        case .missing: .missing
        case .failed: .verifierFailed
        case .unknownName, .unknownPart, .partDefinedTwice, .weightNotFinite, .invalid: .badData
        }
    }
  }

  /// What kind of failure it is.
  package var kind: Kind
  /// The file, as the user named it.
  package var file: String
  /// Where in the file, as far as that is known.
  package var position: TextPosition?
  /// What is wrong and what to do about it.
  package var message: String

  package init(_ kind: Kind, file: String, position: TextPosition? = nil, _ message: String) {
    self.kind = kind
    self.file = file
    self.position = position
    self.message = message
  }

  package init(_ error: JSONError) {
    self.init(.badData, file: error.file ?? "", position: error.position, error.message)
  }

  /// `file:line:column: message`, with as much of the place as is known.
  package var description: String {
    let place = position.map { ":\($0.line):\($0.column)" } ?? ""
    return "\(file)\(place): \(message)"
  }
}
