/// The file system said no: which file, at what, and the system's own words.
package struct FileError: Error, Hashable, CustomStringConvertible {
  /// What the failure is to a program: each kind has an exit code of sysexits.
  package enum Kind: Hashable, Sendable {
    /// The file to read isn't there or can't be opened: 66.
    case missing
    /// The file to write can't be made: 73.
    case cannotCreate
    /// Reading or writing failed on the way: 74.
    case inputOutput
  }

  package let kind: Kind
  /// The file or folder.
  package let path: String
  /// The system's number for the failure (errno).
  package let code: Int32
  /// What was tried and what the system answered.
  package let message: String
  /// What to do about it.
  package let hint: String

  package init(kind: Kind, path: String, code: Int32, message: String, hint: String) {
    self.kind = kind
    self.path = path
    self.code = code
    self.message = message
    self.hint = hint
  }

  package var description: String { "\(path): \(message); \(hint)" }
}
