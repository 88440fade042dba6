import Checkpointing
import Foundation
import Testing

@Suite struct UnpackTests {
  @Test func unpackAndPackGiveTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let (first, second) = (folder.file("a.tar.zst"), folder.file("b.tar.zst"))
    try CheckpointArchive.write(
      sampleContents(weights: 5000), madeBy: sampleMadeBy, to: first)
    try CheckpointArchive.unpack(first, into: folder.file("out"))
    let packed = try CheckpointArchive.pack(folder.file("out"), to: second)
    #expect(packed.leftOut == [] && packed.manifest.madeBy == sampleMadeBy)
    #expect(try bytes(at: first) == bytes(at: second))
    let files = try ModelFiles.load(folder.file("out"))
    for (entry, expected) in sampleContents(weights: 5000) { #expect(files[entry] == expected) }
  }

  @Test func aFileChangedByHandIsPackedAsItIs() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    try CheckpointArchive.write(sampleContents(), madeBy: sampleMadeBy, to: path)
    try CheckpointArchive.unpack(path, into: folder.file("out"))
    let config = Array(#"{"hidden_size": 64}"#.utf8)
    try write(config, to: folder.file("out/config.json"))
    try write([1], to: folder.file("out/notes.txt"))
    try write([1], to: folder.file("out/trainer/more.txt"))
    let packed = try CheckpointArchive.pack(folder.file("out"), to: path)
    #expect(packed.leftOut == ["notes.txt", "trainer/more.txt"])
    let files = try CheckpointArchive.read(path)
    #expect(files[.config] == config && files.manifest == packed.manifest)
    #expect(files.manifest?.madeBy == sampleMadeBy)

    try write([1, 2, 3], to: folder.file("out/model.safetensors"))
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointArchive.pack(folder.file("out"), to: path)
    }
    #expect(error?.entry == "model.safetensors")
    #expect(try CheckpointArchive.read(path).manifest == packed.manifest)
  }

  @Test func aFolderOfTransformersIsPacked() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    let packed = try CheckpointArchive.pack(fixture("llama_untied"), to: path)
    #expect(packed.leftOut == ["expected.json"])
    let tensors = try ModelFiles.load(path).tensors()
    #expect(tensors.names == (try ModelFiles.load(fixture("llama_untied")).tensors().names))
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointArchive.pack(fixture("llama_bf16"), to: path)
    }
    #expect(error?.description.contains("shards") == true)
  }

  @Test func nothingIsOverwritten() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    try CheckpointArchive.write(sampleContents(), madeBy: .null, to: path)
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: folder.file("empty"), withIntermediateDirectories: false)
    try CheckpointArchive.unpack(path, into: folder.file("empty"))
    #expect(manager.fileExists(atPath: folder.file("empty/trainer/state.json")))

    let before = try folder.names()
    let full = #expect(throws: CheckpointError.self) {
      try CheckpointArchive.unpack(path, into: folder.file("empty"))
    }
    #expect(full?.kind == .cannotCreate)
    #expect(throws: FileError.self) { try CheckpointArchive.unpack(path, into: path) }
    #expect(throws: FileError.self) {
      try CheckpointArchive.unpack(path, into: folder.file("none/out"))
    }
    #expect(try folder.names() == before)
  }

  @Test func aBrokenArchiveLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    try CheckpointArchive.write(sampleContents(), madeBy: .null, to: path)
    try write(Array(bytes(at: path).dropLast(500)), to: path)
    #expect(throws: CheckpointError.self) {
      try CheckpointArchive.unpack(path, into: folder.file("out"))
    }
    #expect(try folder.names() == ["a.tar.zst"])
  }
}
