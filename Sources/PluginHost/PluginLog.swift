internal import Glibc

/// What a plugin's programs write to standard error, and what the host did to them: a file in the
/// run's folder that stops growing at a set size.
struct PluginLog {
  /// Bytes that the file may have, the last line aside.
  static let limit = 1 << 20

  private let name: String
  private var file: Int32 = -1
  private var size = 0
  private var isFull = false
  /// What came before there was a file.
  private var early: [UInt8] = []

  init(name: String) { self.name = name }

  /// Writes to `NAME.log` in a folder from now on, after what is there already.
  ///
  /// A file that can't be opened is no reason to end a run: then nothing is kept.
  mutating func open(in folder: String) {
    close()
    _ = unsafe mkdir(folder, 0o777)
    file = unsafe Glibc.open(
      "\(folder)/\(name).log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard file >= 0 else { return }
    var status = stat()
    size = unsafe fstat(file, &status) == 0 ? Int(status.st_size) : 0
    isFull = size >= PluginLog.limit
    let kept = early
    early = []
    write(kept)
  }

  /// Writes a line of the host's own.
  mutating func note(_ text: String) {
    write(Array("[hone] \(text)\n".utf8))
  }

  /// Writes what a program wrote, as it is.
  mutating func write(_ bytes: [UInt8]) {
    guard !bytes.isEmpty, !isFull else { return }
    guard file >= 0 else {
      early += bytes.prefix(max(0, 65_536 - early.count))
      return
    }
    append(Array(bytes.prefix(PluginLog.limit - size)))
    if size >= PluginLog.limit {
      isFull = true
      append(Array("\n[hone] the rest is left out\n".utf8))
    }
  }

  /// Closes the file.
  mutating func close() {
    if file >= 0 { _ = Glibc.close(file) }
    file = -1
  }

  private mutating func append(_ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress! + done, $0.count - done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        isFull = true
        return
      }
      done += count
    }
    size += bytes.count
  }
}
