import Foundation

/// An open file, closed when this value goes.
///
/// The one place that calls the system's file functions: Foundation's `FileHandle` and
/// `Data.write` hide the error's number, can't flush a folder, and can't be made never to follow
/// an existing name.
struct FileDescriptor: ~Copyable {
  /// The path it was opened by, for messages.
  let path: String
  private var number: Int32

  private init(path: String, number: Int32) {
    self.path = path
    self.number = number
  }

  deinit { if number >= 0 { _ = Glibc.close(number) } }

  /// Opens a regular file to read; a link to one is followed.
  ///
  /// Throws `FileError`, also where the path leads to a folder, a pipe or a device.
  static func open(_ path: String) throws(FileError) -> FileDescriptor {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw .system(.missing, path, "can't open it", errno) }
    let file = FileDescriptor(path: path, number: number)
    let type = try file.status().st_mode & S_IFMT
    guard type == S_IFREG else {
      let code = type == S_IFDIR ? EISDIR : EINVAL
      throw .system(.missing, path, "it isn't a regular file", code)
    }
    return file
  }

  /// Makes a new file to write; a file of that name is an error.
  static func create(_ path: String) throws(FileError) -> FileDescriptor {
    let number = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard number >= 0 else { throw .system(.cannotCreate, path, "can't make it", errno) }
    return FileDescriptor(path: path, number: number)
  }

  /// The file's length in bytes.
  func size() throws(FileError) -> Int { Int(try status().st_size) }

  private func status() throws(FileError) -> stat {
    var result = stat()
    guard unsafe fstat(number, &result) == 0 else {
      throw .system(.inputOutput, path, "can't read its length", errno)
    }
    return result
  }

  /// Reads from `offset` until the buffer is full or the file ends, and returns how many bytes came.
  func read(at offset: Int, into buffer: inout [UInt8]) throws(FileError) -> Int {
    do {
      return try unsafe buffer.withUnsafeMutableBytes { try unsafe read(at: offset, into: $0) }
    } catch let error as FileError {
      throw error
    } catch {
      preconditionFailure("read throws nothing else")
    }
  }

  /// Reads from `offset` into raw memory, for the archive reader.
  @unsafe func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    var done = 0
    while done < buffer.count {
      let count = unsafe pread(
        number, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(.inputOutput, path, "can't read", errno)
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Writes all bytes at the file's end.
  func write(_ bytes: Span<UInt8>) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(number, $0.baseAddress! + done, $0.count - done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(.inputOutput, path, "can't write", errno)
      }
      done += count
    }
  }

  /// Waits until what was written is on the disk.
  func synchronize() throws(FileError) {
    guard fsync(number) == 0 else {
      throw .system(.inputOutput, path, "can't flush it to disk", errno)
    }
  }

  /// Closes the file and reports what closing says.
  consuming func close() throws(FileError) {
    let status = Glibc.close(number)
    let code = errno
    number = -1
    guard status == 0 else { throw .system(.inputOutput, path, "can't close it", code) }
  }
}

extension FileDescriptor {
  /// Gives a file or folder another name in the same file system, in place of a file that has it.
  static func rename(_ path: String, to target: String) throws(FileError) {
    guard unsafe Glibc.rename(path, target) == 0 else {
      throw .system(.cannotCreate, target, "can't give it its name", errno)
    }
  }

  /// Flushes a folder, and so the names in it, to disk.
  static func synchronizeFolder(_ path: String) throws(FileError) {
    let number = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw .system(.inputOutput, path, "can't open it", errno) }
    let folder = FileDescriptor(path: path, number: number)
    do {
      try folder.synchronize()
    } catch  where error.code == EINVAL {
      // Some file systems can't flush a folder: their renames are flushed with the file.
    }
  }

  /// Whether the path leads to a folder.
  static func isFolder(_ path: String) -> Bool {
    var result = stat()
    return unsafe stat(path, &result) == 0 && result.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether there is anything at the path; what can't be looked at counts as there.
  static func isPresent(_ path: String) -> Bool {
    var result = stat()
    return unsafe stat(path, &result) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  /// Makes a folder.
  static func makeFolder(_ path: String) throws(FileError) {
    guard unsafe mkdir(path, 0o777) == 0 else {
      throw .system(.cannotCreate, path, "can't make it", errno)
    }
  }
}

extension FileError {
  /// A failure in the system's words, with the hint that belongs to its number.
  static func system(_ kind: Kind, _ path: String, _ what: String, _ code: Int32) -> FileError {
    let hint =
      switch code {
      case ENOSPC, EDQUOT, EFBIG: "free some space there, or choose another disk"
      case EACCES, EPERM, EROFS:
        kind == .missing
          ? "give yourself the right to read it" : "choose a folder that you may write to"
      case ENOENT: kind == .missing ? "check the path" : "make the folder first"
      case ENOTDIR: "a part of the path is a file: check the path"
      case EISDIR: "this is a folder: choose another name"
      case ENOTEMPTY, EEXIST: "choose a name that isn't taken"
      case ENAMETOOLONG: "choose a shorter name"
      default: "check the path and the disk"
      }
    let text = unsafe String(cString: strerror(code))
    return FileError(
      kind: kind, path: path, code: code, message: "\(what): \(text) (errno \(code))", hint: hint)
  }
}
