import Checkpointing
import Foundation
import Testing

@Suite struct ModelFolderTests {
  @Test(arguments: ["llama_tied", "llama_untied", "llama_bf16", "llama_headdim"])
  func readsAFolderOfTransformers(_ name: String) throws {
    let files = try ModelFiles.load(fixture(name))
    #expect(files.manifest == nil)
    let config = try files.json(of: .config)
    let hidden = try #require(config["hidden_size"]?.intValue)
    let vocabulary = try #require(config["vocab_size"]?.intValue)
    let tensors = try files.tensors()
    let isTied = config["tie_word_embeddings"]?.boolValue
    #expect(tensors.names.contains("lm_head.weight") == (isTied == false))
    let embedding = try tensors.values(
      of: "model.embed_tokens.weight", shape: [vocabulary, hidden])
    #expect(embedding.allSatisfy { $0.isFinite && abs($0) < 4 })
    #expect(tensors.layouts.count == tensors.names.count)
  }

  /// The numbers were read from the files by Python's struct module.
  @Test func knownFirstValues() throws {
    let sharded = try ModelFiles.load(fixture("llama_bf16")).tensors()
    let embedding = try sharded.values(of: "model.embed_tokens.weight", shape: [48, 32])
    #expect(Array(embedding[..<4]) == [0.3984375, -0.0537109375, 0.5390625, 0.53515625])
    let head = try sharded.values(of: "lm_head.weight", shape: [48, 32])
    #expect(Array(head[..<4]) == [0.400390625, -0.5625, -0.388671875, 0.337890625])
    #expect(sharded.layout(of: "lm_head.weight")?.format == .bfloat16)
    #expect(sharded.names.count == 21 && sharded.metadata(of: "lm_head.weight")["format"] == "pt")

    let tied = try ModelFiles.load(fixture("llama_tied")).tensors()
    var norm = [Float](repeating: 0, count: 32)
    var span = norm.mutableSpan
    try tied.copy("model.norm.weight", shape: [32], into: &span)
    #expect(
      norm[..<4].map(\.bitPattern) == [0x3f5e_f1cf, 0x3f94_8c52, 0x3f7e_6010, 0x3f66_f1ab])
  }

  @Test func aWrongShapeOrNameIsNamed() throws {
    let tensors = try ModelFiles.load(fixture("llama_tied")).tensors()
    let shape = #expect(throws: CheckpointError.self) {
      try tensors.values(of: "model.norm.weight", shape: [64])
    }
    #expect(shape?.kind == .badData && shape?.entry == "model.safetensors")
    #expect(shape?.message.contains("model.norm.weight has shape [32], not [64]") == true)
    let name = #expect(throws: CheckpointError.self) {
      try tensors.values(of: "lm_head.weight", shape: [48, 32])
    }
    #expect(name?.message.contains("lm_head.weight") == true)
  }

  @Test func saysWhatIsMissing() throws {
    let folder = try TemporaryFolder()
    func loadingError() -> CheckpointError? {
      #expect(throws: CheckpointError.self) { try ModelFiles.load(folder.path) }
    }
    #expect(loadingError()?.entry == "config.json")
    try write(Array("{}".utf8), to: folder.file("config.json"))
    let weights = loadingError()
    #expect(weights?.kind == .missing && weights?.entry == "model.safetensors")
    #expect(weights?.description.contains("pytorch_model.bin") == true)
    try write(SafetensorsBuilder.encode([]), to: folder.file("model.safetensors"))
    let files = try ModelFiles.load(folder.path)
    let tokenizer = #expect(throws: CheckpointError.self) { try files.bytes(of: .tokenizer) }
    #expect(tokenizer?.kind == .missing && tokenizer?.entry == "tokenizer.json")
    #expect(throws: FileError.self) { try ModelFiles.load(folder.file("none")) }
  }

  @Test(arguments: [
    ("{}", "weight_map"), (#"{"weight_map":{}}"#, "weight_map"),
    (#"{"weight_map":{"a":7}}"#, "text"), ("{", "JSON"),
    (#"{"weight_map":{"a":"../model.safetensors"}}"#, "beside"),
    (#"{"weight_map":{"a":"/etc/x.safetensors"}}"#, "beside"),
    (#"{"weight_map":{"a":"x\\y.safetensors"}}"#, "beside"),
    (#"{"weight_map":{"a":"x\u0000.safetensors"}}"#, "beside"),
    (#"{"weight_map":{"a":".safetensors"}}"#, "beside"),
    (#"{"weight_map":{"a":"config.json"}}"#, "beside"),
    (#"{"weight_map":{"b":"one.safetensors"}}"#, "tensor"),
    (#"{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}"#, "tensor b"),
    (#"{"weight_map":{"a":"two.safetensors"}}"#, "copy all shards"),
    (#"{"weight_map":{"a":"one.safetensors","b":"also.safetensors"}}"#, "another shard"),
  ])
  func refusesTheIndex(_ index: String, _ word: String) throws {
    let folder = try TemporaryFolder()
    try write(Array("{}".utf8), to: folder.file("config.json"))
    let one = SafetensorsBuilder.encode([TensorEntry(name: "a", shape: [1], values: [1])])
    try write(one, to: folder.file("one.safetensors"))
    try write(one, to: folder.file("also.safetensors"))
    try write(Array(index.utf8), to: folder.file("model.safetensors.index.json"))
    let error = #expect(throws: CheckpointError.self) {
      try ModelFiles.load(folder.path).tensors()
    }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }

  @Test func aPipeInAFolderDoesNotHang() throws {
    let folder = try TemporaryFolder()
    #expect(try run("/usr/bin/mkfifo", folder.file("config.json")).status == 0)
    #expect(throws: FileError.self) { try ModelFiles.load(folder.path) }
  }

  @Test func aFolderBeyondTheLimitsIsRefused() throws {
    var limits = CheckpointLimits()
    limits.totalBytes = 50_000
    let error = #expect(throws: CheckpointError.self) {
      try ModelFiles.load(fixture("llama_tied"), limits: limits)
    }
    #expect(error?.entry == "model.safetensors" && error?.message.contains("limit") == true)
  }
}
