/// A configuration that can't be used: what is wrong, where, and what to do, in one or two lines.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
  /// Which of the tool's exit codes the error belongs to.
  package enum Kind: Sendable, Equatable {
    /// An unknown key, or a value that its field or another value forbids.
    case setting
    /// A file that is no JSON5 object.
    case syntax
    /// A file that isn't there.
    case missingFile
    /// A file that can't be read.
    case unreadableFile
  }

  /// What went wrong.
  package let kind: Kind
  /// The text for the user, without a full stop.
  package let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The error of a value.
  package init(_ description: String) { self.init(.setting, description) }
}
