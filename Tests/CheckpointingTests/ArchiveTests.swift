import Checkpointing
import Foundation
import Testing

@Suite struct ArchiveTests {
  @Test func whatIsWrittenIsReadBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("step-7.tar.zst")
    let contents = sampleContents()
    let manifest = try CheckpointArchive.write(contents, madeBy: sampleMadeBy, to: path)
    let files = try CheckpointArchive.read(path)
    #expect(files.manifest == manifest)
    #expect(files.manifest?.madeBy == sampleMadeBy)
    #expect(files.entries == CheckpointEntry.allCases)
    for (entry, bytes) in contents { #expect(files[entry] == bytes) }
    #expect(try files.json(of: .config)["hidden_size"]?.intValue == 32)
    #expect(try files.tensors().names == ["model.norm.weight"])
    #expect(try folder.names() == ["step-7.tar.zst"])
  }

  @Test func aBaseNeedsNoTrainerFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("base.tar.zst")
    var contents = sampleContents()
    contents[.optimizer] = nil
    contents[.trainerState] = nil
    contents[.generationConfig] = []
    try CheckpointArchive.write(contents, madeBy: .object([:]), to: path)
    let files = try ModelFiles.load(path)
    #expect(files[.generationConfig] == [])
    let error = #expect(throws: CheckpointError.self) { try files.tensors(of: .optimizer) }
    #expect(error?.kind == .missing && error?.entry == "trainer/optimizer.safetensors")
  }

  @Test func equalContentsGiveEqualBytes() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      try CheckpointArchive.write(sampleContents(), madeBy: sampleMadeBy, to: folder.file(name))
      try CheckpointArchive.write(sampleContents(), madeBy: sampleMadeBy, to: folder.file(name))
    }
    #expect(try bytes(at: folder.file("a")) == bytes(at: folder.file("b")))
    try CheckpointArchive.write(
      sampleContents(seed: 2), madeBy: sampleMadeBy, to: folder.file("b"))
    #expect(try bytes(at: folder.file("a")) != bytes(at: folder.file("b")))
  }

  @Test(.enabled(if: hasTarAndZstd, "tar and zstd aren't installed"))
  func tarOpensIt() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    let contents = sampleContents(weights: 100_000)
    let manifest = try CheckpointArchive.write(contents, madeBy: sampleMadeBy, to: path)
    let output = folder.file("out")
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: false)
    let tar = try run("/bin/tar", "--zstd", "-xvf", path, "-C", output)
    #expect(tar.status == 0 && tar.errors == "")
    let listed = tar.output.split(separator: "\n").map(String.init)
    #expect(listed == ["manifest.json"] + CheckpointEntry.allCases.map(\.rawValue))
    for (entry, expected) in contents {
      #expect(try bytes(at: "\(output)/\(entry.rawValue)") == expected)
    }
    #expect(try bytes(at: "\(output)/manifest.json") == manifest.bytes())
    let test = try run("/usr/bin/zstd", "-q", "-t", path)
    #expect(test.status == 0 && test.errors == "")
    let long = try run("/bin/tar", "--zstd", "--utc", "--numeric-owner", "-tvf", path)
    #expect(
      long.output.split(separator: "\n").allSatisfy {
        $0.hasPrefix("-rw-r--r-- 0/0 ") && $0.contains(" 1970-01-01 00:00 ")
      })
  }

  @Test func verifyTellsOfEachEntry() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    let contents = sampleContents()
    try CheckpointArchive.write(contents, madeBy: sampleMadeBy, to: path)
    let good = try CheckpointArchive.verify(path)
    #expect(good.isSound && good.entries.count == 7)
    #expect(good.entries.allSatisfy { $0.problem == nil })

    // Another tokenizer than the manifest's, in an archive that is sealed well.
    var archive = HostileArchive()
    archive.addManifest(of: contents)
    var changed = contents
    changed[.tokenizer] = [UInt8](#"{"version": "1.1"}"#.utf8)
    archive.addEntries(of: changed)
    try write(archive.sealed(), to: path)
    let bad = try CheckpointArchive.verify(path)
    #expect(!bad.isSound && bad.problem?.entry == "tokenizer.json")
    #expect(bad.entries.filter { $0.problem != nil }.map(\.name) == [.tokenizer])

    // Entries that are whole, but not what their names say.
    changed = contents
    changed[.optimizer] = [1, 2, 3]
    try CheckpointArchive.write(changed, madeBy: sampleMadeBy, to: path)
    let form = try CheckpointArchive.verify(path)
    #expect(form.entries.filter { $0.problem != nil }.map(\.name) == [.optimizer])

    try write(Array(bytes(at: path).dropLast(300)), to: path)
    let cut = try CheckpointArchive.verify(path)
    #expect(!cut.isSound && cut.problem?.entry != nil)
    #expect(throws: FileError.self) { try CheckpointArchive.verify(folder.file("missing")) }
  }

  @Test func inspectListsTensors() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    try CheckpointArchive.write(sampleContents(), madeBy: sampleMadeBy, to: path)
    let summary = try CheckpointArchive.inspect(path)
    #expect(summary.manifest.madeBy["step"]?.intValue == 7)
    #expect(summary.tensors.map(\.entry) == [.weights, .optimizer])
    #expect(summary.tensors[0].layouts.map(\.shape) == [[600]])
  }

  @Test func anotherVersionIsNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    let contents = sampleContents()
    let manifest = String(
      decoding: CheckpointManifest(of: contents, madeBy: .null).bytes(), as: UTF8.self)
    var archive = HostileArchive()
    archive.add(
      "manifest.json",
      Array(manifest.replacing("\"format_version\": 1", with: "\"format_version\": 7").utf8))
    archive.addEntries(of: contents)
    try write(archive.sealed(), to: path)
    let error = readingError(path) as? CheckpointError
    #expect(error?.kind == .otherVersion && error?.entry == "manifest.json")
    #expect(error?.description.contains("version 7, and this Hone reads version 1") == true)
  }
}

/// Whether the outside programs of `tarOpensIt` are there.
let hasTarAndZstd =
  FileManager.default.isExecutableFile(atPath: "/bin/tar")
  && FileManager.default.isExecutableFile(atPath: "/usr/bin/zstd")

/// Runs a program to its end.
func run(
  _ program: String, _ arguments: String...
) throws -> (status: Int32, output: String, errors: String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  let (output, errors) = (Pipe(), Pipe())
  process.standardOutput = output
  process.standardError = errors
  try process.run()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  let complaint = errors.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (
    process.terminationStatus, String(decoding: text, as: UTF8.self),
    String(decoding: complaint, as: UTF8.self)
  )
}
