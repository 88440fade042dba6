import Foundation

/// A file that appears under its name only when it is whole and on the disk.
///
/// Bytes go to a temporary name in the same folder; `commit` flushes them, renames and flushes the
/// folder. Whatever fails before that, or a kill at any moment, leaves the file that had the name
/// untouched. The temporary is removed when this value goes without a commit; one that a killed
/// process left is removed by the next write to the same name.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let temporary: String
  private var file: FileDescriptor?

  /// Starts a file that will be named `path`.
  ///
  /// Throws `FileError` where the folder is missing or can't be written to.
  package init(at path: String) throws(FileError) {
    self.path = path
    Self.removeLeftovers(of: path)
    temporary = Self.temporaryName(for: path)
    do {
      file = try FileDescriptor.create(temporary)
    } catch {
      throw error.about(path)
    }
  }

  deinit {
    if file != nil { try? FileManager.default.removeItem(atPath: temporary) }
  }

  /// Appends bytes. Throws `FileError`, for example with no space left.
  package mutating func write(_ bytes: Span<UInt8>) throws(FileError) {
    precondition(file != nil, "written after the commit")
    do {
      try file!.write(bytes)
    } catch {
      throw error.about(path)
    }
  }

  /// Puts the file in its place.
  package mutating func commit() throws(FileError) {
    precondition(file != nil, "committed twice")
    do {
      try file!.synchronize()
      try FileDescriptor.rename(temporary, to: path)
    } catch {
      throw error.about(path)
    }
    file = nil
    try FileDescriptor.synchronizeFolder(Self.folder(of: path))
  }

  /// Writes a whole file at once, in place of any that has the name.
  ///
  /// Throws `FileError`; the old file then stays as it was.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try AtomicFile(at: path)
    try file.write(bytes.span)
    try file.commit()
  }

  /// Writes a whole text file at once, as UTF-8.
  package static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }
}

extension AtomicFile {
  /// A name beside `path` that no other writer, in this process or another, uses.
  static func temporaryName(for path: String) -> String {
    let process = ProcessInfo.processInfo.processIdentifier
    let unique = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    return "\(folder(of: path))/\(prefix(of: path))\(process)-\(unique)\(suffix)"
  }

  /// Removes temporaries of the same name whose process is gone.
  static func removeLeftovers(of path: String) {
    let folder = folder(of: path)
    let prefix = prefix(of: path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let parts = name.dropFirst(prefix.count).dropLast(suffix.count).split(separator: "-")
      guard parts.count == 2, let process = Int32(parts[0]), process > 0 else { continue }
      // Signal 0 only asks whether the process is there.
      if kill(process, 0) != 0 && errno == ESRCH {
        try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      }
    }
  }

  /// The folder that a path's last part lies in.
  static func folder(of path: String) -> String {
    // A URL, since NSString's path functions trap on names of one letter (Swift 6.3's Foundation).
    URL(fileURLWithPath: path).deletingLastPathComponent().relativePath
  }

  private static let suffix = ".partial"

  private static func prefix(of path: String) -> String {
    ".\(URL(fileURLWithPath: path).lastPathComponent)."
  }
}

extension FileError {
  /// The same failure under the name that the user knows instead of the temporary's.
  func about(_ path: String) -> FileError {
    FileError(kind: kind, path: path, code: code, message: message, hint: hint)
  }
}
