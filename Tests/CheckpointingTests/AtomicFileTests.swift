import Checkpointing
import Foundation
import Testing

@Suite struct AtomicFileTests {
  @Test func replacesTheOldFileWhole() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("report.html")
    try AtomicFile.write("old", to: path)
    try AtomicFile.write("new text", to: path)
    #expect(try bytes(at: path) == Array("new text".utf8))
    #expect(try folder.names() == ["report.html"])
  }

  @Test func withoutCommitNothingChanges() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a")
    try AtomicFile.write("old", to: path)
    func abandon() throws {
      var file = try AtomicFile(at: path)
      try file.write([1, 2, 3].span)
      #expect(try folder.names().count == 2)
    }
    try abandon()
    #expect(try folder.names() == ["a"])
    #expect(try bytes(at: path) == Array("old".utf8))
  }

  @Test func removesWhatAKilledProcessLeft() throws {
    let folder = try TemporaryFolder()
    // No process has this number: it is beyond Linux's largest.
    try write([1], to: folder.file(".a.4194305-77aa.partial"))
    try write([1], to: folder.file(".a.1-77aa.partial"))
    try write([1], to: folder.file(".b.4194305-77aa.partial"))
    try AtomicFile.write("text", to: folder.file("a"))
    #expect(
      try folder.names() == [".a.1-77aa.partial", ".b.4194305-77aa.partial", "a"])
  }

  @Test func saysWhyAFileCannotBeMade() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("", to: folder.file("file"))
    try FileManager.default.createDirectory(
      atPath: folder.file("folder/inner"), withIntermediateDirectories: true)
    let cases = [
      (folder.file("none/a"), "No such file or directory", ENOENT),
      (folder.file("file/a"), "Not a directory", ENOTDIR),
      (folder.file("folder"), "Is a directory", EISDIR),
      (folder.file(String(repeating: "x", count: 300)), "File name too long", ENAMETOOLONG),
    ]
    for (path, text, code) in cases {
      let error = #expect(throws: FileError.self) {
        try CheckpointArchive.write(sampleContents(), madeBy: .null, to: path)
      }
      #expect(error?.kind == .cannotCreate && error?.code == code && error?.path == path)
      #expect(error?.description.contains(text) == true && error?.hint.isEmpty == false)
    }
    #expect(try folder.names() == ["file", "folder", "folder/inner"])
  }

  /// Root may write anywhere, so a process without rights tries.
  @Test func aReadOnlyFolderKeepsItsFile() async {
    await #expect(processExitsWith: .success) {
      let path = NSTemporaryDirectory() + "hone-readonly-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      defer { try? FileManager.default.removeItem(atPath: path) }
      try CheckpointArchive.write(sampleContents(), madeBy: .null, to: path + "/a")
      let old = try bytes(at: path + "/a")
      let manager = FileManager.default
      try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: path)
      let user = geteuid()
      if user == 0 { #expect(seteuid(65534) == 0) }
      let error = #expect(throws: FileError.self) {
        try CheckpointArchive.write(sampleContents(seed: 2), madeBy: .null, to: path + "/a")
      }
      if user == 0 { #expect(seteuid(0) == 0) }
      #expect(error?.kind == .cannotCreate && error?.code == EACCES)
      #expect(error?.description.contains("Permission denied") == true)
      #expect(try bytes(at: path + "/a") == old)
      try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      #expect(try manager.contentsOfDirectory(atPath: path) == ["a"])
    }
  }

  /// The system refuses to let the file grow, as a full disk would.
  @Test func noSpaceLeftKeepsTheOldFile() async {
    await #expect(processExitsWith: .success) {
      let path = NSTemporaryDirectory() + "hone-full-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      defer { try? FileManager.default.removeItem(atPath: path) }
      let file = path + "/a"
      try CheckpointArchive.write(sampleContents(), madeBy: .null, to: file)
      let old = try bytes(at: file)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      let status = unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
      #expect(status == 0)
      for weights in [30_000, 300_000] {
        let error = #expect(throws: FileError.self) {
          try CheckpointArchive.write(
            sampleContents(weights: weights), madeBy: .null, to: file)
        }
        #expect(error?.kind == .inputOutput && error?.code == EFBIG && error?.path == file)
      }
      #expect(try bytes(at: file) == old)
      #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["a"])
    }
  }

  @Test(.enabled("no small disk can be mounted here (that takes root)") { try canMountDisk() })
  func aFullDiskKeepsTheOldFile() throws {
    let folder = try TemporaryFolder()
    #expect(try mountDisk(folder.path) == true)
    defer { _ = try? run("/bin/umount", folder.path) }
    let path = folder.file("a")
    try CheckpointArchive.write(sampleContents(weights: 3000), madeBy: .null, to: path)
    let old = try bytes(at: path)
    let error = #expect(throws: FileError.self) {
      try CheckpointArchive.write(
        sampleContents(weights: 30_000), madeBy: .null, to: path)
    }
    #expect(error?.kind == .inputOutput && error?.code == ENOSPC)
    #expect(error?.description.hasPrefix("\(path): can't write: No space left on device") == true)
    let unpacking = #expect(throws: FileError.self) {
      try CheckpointArchive.unpack(path, into: folder.file("out"))
      try CheckpointArchive.unpack(path, into: folder.file("out2"))
    }
    #expect(unpacking?.code == ENOSPC)
    #expect(try bytes(at: path) == old)
    #expect(try folder.names().filter { $0.hasPrefix(".") } == [])
  }
}

/// Mounts a disk of 64 KiB and says whether that worked.
private func mountDisk(_ path: String) throws -> Bool {
  try run("/bin/mount", "-t", "tmpfs", "-o", "size=64k", "none", path).status == 0
}

private func canMountDisk() throws -> Bool {
  let folder = try TemporaryFolder()
  guard geteuid() == 0, try mountDisk(folder.path) else { return false }
  _ = try run("/bin/umount", folder.path)
  return true
}
