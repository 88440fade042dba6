internal import Glibc

/// The few questions about files that finding plugins takes; this module has no Foundation.
enum PluginFiles {
  /// A file's text; nil where it can't be read or isn't UTF-8.
  static func text(of path: String, limit: Int = 1 << 20) -> String? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while bytes.count <= limit {
      let count = unsafe read(file, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return String(validating: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
    return nil
  }

  /// Whether the path leads to a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether the path leads to anything.
  static func isPresent(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
  }

  /// The names of the folders in a folder, sorted; none where it can't be read.
  static func folderNames(in path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe _ = closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix("."), isFolder(path + "/" + name) { names.append(name) }
    }
    return names.sorted()
  }

  /// The file of a program: a path from `folder` where the name holds a slash, else the first in
  /// the folders of `searchPath`; nil where there is none that may be run.
  static func program(_ name: String, in folder: String, searchPath: String) -> String? {
    func isProgram(_ path: String) -> Bool {
      unsafe access(path, X_OK) == 0 && !isFolder(path)
    }
    if name.contains("/") {
      let path = joined(folder, name)
      return isProgram(path) ? path : nil
    }
    return searchPath.split(separator: ":").lazy.map { "\($0)/\(name)" }.first(where: isProgram)
  }

  /// The path seen from a folder, unless it starts at the root.
  static func joined(_ folder: String, _ path: String) -> String {
    path.hasPrefix("/") ? path : folder + "/" + path
  }

  /// The path from the root, links followed; nil where nothing is there.
  static func absolute(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// A variable of this program's environment.
  static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
