import Foundation
import Testing

@Suite("Bad input: checkpoints")
struct BadInputCheckpointTests {
  /// A run of four steps whose newest checkpoint can be damaged.
  private func withRun(_ body: (RunFiles, _ good: Data, _ hash: String) throws -> Void) throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let run = RunFiles(folder.appending(path: "run"))
      let result = try ToolRunner.run(
        lab.reinforced(steps: 4) + ["--run", run.path, "--checkpoint-every", "2", "--json"])
      try #require(result.exitCode == 0, "\(result.errors)")
      let good = try Data(contentsOf: URL(fileURLWithPath: run.checkpoint(4)))
      try body(run, good, try result.weightsHash())
    }
  }

  /// Expects every command that reads a checkpoint to refuse this one.
  private func expectRefusals(
    _ path: String, _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      for command in [
        ["ask", path, "1="], ["evaluate", path, "--suite", lab.suite, "--limit", "1"],
        ["train", "--model", path, "--suite", lab.suite, "--run", "run", "--quiet"],
      ] {
        try expectError(
          command, exitCode: 65, [path] + expected, in: folder, sourceLocation: sourceLocation)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test(
    "cut short or with a changed byte: the entry is named, the run can go on from the one before")
  func damaged() throws {
    try withRun { run, good, hash in
      let newest = run.checkpoint(4)
      var flipped = good
      // In the weights, which come before the moments of AdamW that are twice as long.
      flipped[good.count / 5] ^= 0x10
      for (bytes, expected) in [
        (good.prefix(good.count / 2), "it was cut short, in this entry"),
        (good.prefix(40), "entry manifest.json: it was cut short"),
        (flipped, "entry model.safetensors: "), (Data(), "entry manifest.json: "),
      ] {
        try Data(bytes).write(to: URL(fileURLWithPath: newest))
        try expectRefusals(newest, [expected])
        try expectError(["ask", run.path, "1="], exitCode: 65, [newest, expected])
        try expectError(["resume", run.path, "--steps", "5"], exitCode: 65, [newest, expected])
        let verified = try ToolRunner.run(["checkpoint", "verify", newest])
        #expect(verified.exitCode == 65 && verified.errors.contains(newest))
        #expect(run.checkpointNames.count == 2, "a damaged checkpoint is left as it is")
      }
      try FileManager.default.removeItem(atPath: newest)
      let resumed = try ToolRunner.run(["resume", run.path, "--json"])
      #expect(try resumed.weightsHash() == hash)
    }
  }

  @Test("another format version")
  func otherVersion() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let unpacked = folder.appending(path: "model").path
      #expect(try ToolRunner.run(["checkpoint", "unpack", lab.base, unpacked]).exitCode == 0)
      let manifest = try String(contentsOfFile: unpacked + "/manifest.json", encoding: .utf8)
      let newer = manifest.replacing("\"format_version\": 1", with: "\"format_version\": 2")
      try #require(newer != manifest)
      let archive = folder.appending(path: "newer.tar.zst")
      try Self.archive(holding: "manifest.json", Array(newer.utf8)).write(to: archive)
      try expectRefusals(
        archive.path,
        ["entry manifest.json: format version 2, and this Hone reads version 1; use the Hone that"])
    }
  }

  @Test("tensors whose shapes, and a vocabulary whose size, don't match the config")
  func otherShapes() throws {
    let lab = try RunLab.shared()
    for (old, new, expected) in [
      (
        "\"intermediate_size\" : 384", "\"intermediate_size\" : 380",
        "tensor model.layers.0.mlp.gate_proj.weight has shape [384, 128], not [380, 128]"
      ),
      (
        "\"num_hidden_layers\" : 4", "\"num_hidden_layers\" : 5",
        "it has no tensor model.layers.4.input_layernorm.weight"
      ),
      (
        "\"vocab_size\" : 88", "\"vocab_size\" : 87", "88 tokens, but config.json has vocab_size 87"
      ),
      ("\"vocab_size\" : 88", "\"vocab_size\" : -1", "vocab_size is -1, outside 1 to 1048576"),
      ("\"head_dim\" : 32", "\"head_dim\" : 31", "head_dim 31 is odd"),
      ("\"LlamaForCausalLM\"", "\"GPT2LMHeadModel\"", "architecture GPT2LMHeadModel"),
    ] {
      try ToolRunner.withTemporaryFolder { folder in
        let unpacked = folder.appending(path: "model").path
        #expect(try ToolRunner.run(["checkpoint", "unpack", lab.base, unpacked]).exitCode == 0)
        let config = try String(contentsOfFile: unpacked + "/config.json", encoding: .utf8)
        let changed = config.replacing(old, with: new)
        try #require(changed != config, "\(config) lacks \(old)")
        try Data(changed.utf8).write(to: URL(fileURLWithPath: unpacked + "/config.json"))
        try expectRefusals(unpacked, [expected])
        // Packed, every digest is right again, and it still is no model.
        let packed = folder.appending(path: "packed.tar.zst").path
        #expect(try ToolRunner.run(["checkpoint", "pack", unpacked, packed]).exitCode == 0)
        try expectRefusals(packed, [expected])
      }
    }
  }

  @Test("weights that aren't finite, files that are missing, and no archive at all")
  func otherDamage() throws {
    let lab = try RunLab.shared()
    try ToolRunner.withTemporaryFolder { folder in
      let unpacked = folder.appending(path: "model").path
      #expect(try ToolRunner.run(["checkpoint", "unpack", lab.base, unpacked]).exitCode == 0)
      let weights = URL(fileURLWithPath: unpacked + "/model.safetensors")
      var bytes = try Data(contentsOf: weights)
      bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0x00, 0x00, 0xC0, 0x7F])
      try bytes.write(to: weights)
      try expectRefusals(unpacked, ["model.safetensors: model.", "is not a finite number"])
      try FileManager.default.removeItem(atPath: unpacked + "/tokenizer.json")
      try expectError(
        ["ask", unpacked, "1="], exitCode: 66,
        ["entry tokenizer.json: it isn't there; save the tokenizer beside the model"])
      let text = folder.appending(path: "text.tar.zst")
      try Data("no archive at all".utf8).write(to: text)
      try expectRefusals(text.path, ["entry manifest.json: "])
    }
  }

  /// A `.tar.zst` of one file, in stored blocks: what no Hone of this version writes.
  private static func archive(holding name: String, _ bytes: [UInt8]) -> Data {
    func field(_ text: String, _ width: Int) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count)
    }
    func octal(_ value: Int, _ width: Int) -> [UInt8] {
      let digits = String(value, radix: 8)
      return field(String(repeating: "0", count: width - 1 - digits.count) + digits, width)
    }
    var header = field(name, 100) + octal(0o644, 8) + octal(0, 8) + octal(0, 8)
    header += octal(bytes.count, 12) + octal(0, 12) + [UInt8](repeating: 0x20, count: 8)
    header += field("0", 101) + field("ustar", 6) + Array("00".utf8)
    header += [UInt8](repeating: 0, count: 512 - header.count)
    header.replaceSubrange(148..<156, with: octal(header.reduce(0) { $0 + Int($1) }, 7) + [0x20])
    let padding = (512 - bytes.count % 512) % 512 + 1024
    let tar = header + bytes + [UInt8](repeating: 0, count: padding)
    precondition(tar.count < 1 << 17, "one block is enough")
    let block = UInt32(tar.count << 3 | 1)
    return Data(
      [0x28, 0xB5, 0x2F, 0xFD, 0x00, 10 << 3]
        + (0..<3).map { UInt8(truncatingIfNeeded: block >> (8 * $0)) } + tar)
  }
}
