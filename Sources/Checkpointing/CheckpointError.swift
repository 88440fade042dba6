/// A checkpoint, archive or folder, that can't be used: where, what is wrong, and what to do about it.
package struct CheckpointError: Error, Hashable, CustomStringConvertible {
  /// What the failure is to a program: each kind has an exit code of sysexits.
  package enum Kind: Hashable, Sendable {
    /// The content is wrong: cut, damaged, hostile or of another shape: 65.
    case badData
    /// Another format version: 65.
    case otherVersion
    /// A file or entry that is needed isn't there: 66.
    case missing
    /// The target is in the way: 73.
    case cannotCreate
    /// libarchive failed at writing: 74.
    case inputOutput
  }

  package let kind: Kind
  /// The archive or folder.
  package let path: String
  /// The entry or file in it, where the failure is in one.
  package let entry: String?
  /// What is wrong.
  package let message: String
  /// What to do about it.
  package let hint: String
  /// libarchive's number for the failure, 0 where it isn't libarchive's.
  package let code: Int32

  package init(
    _ kind: Kind, path: String, entry: String? = nil, message: String, hint: String,
    code: Int32 = 0
  ) {
    self.kind = kind
    self.path = path
    self.entry = entry
    self.message = message
    self.hint = hint
    self.code = code
  }

  package var description: String {
    let place = entry.map { "\(path), entry \($0)" } ?? path
    return "\(place): \(message); \(hint)"
  }
}

extension CheckpointError {
  package static let restore = "take another copy of it, or save it again"

  /// Damage in an archive.
  package static func damaged(
    _ path: String, entry: String? = nil, _ message: String, hint: String = restore,
    code: Int32 = 0
  ) -> CheckpointError {
    CheckpointError(
      .badData, path: path, entry: entry, message: message, hint: hint, code: code)
  }
}
