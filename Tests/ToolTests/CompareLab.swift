import Foundation
import Testing

/// Comparisons on the lab's suite, and what they leave on disk.
enum CompareLab {
  /// An arm whose weights overflow after some steps, whatever the seed.
  static let failing =
    "hot=sft:learning_rate=1,weight_decay=10,max_gradient_norm=0,schedule=constant,warmup_steps=0"

  /// An arm with several updates a step.
  static let wide = "wide=grpo:clip_high=0.4,epochs=2,minibatches=2"

  /// Arguments of a comparison of small runs; the caller adds `--run`.
  static func arguments(
    _ arms: [String], steps: Int = 8, seeds: Int = 2
  ) throws -> [String] {
    let lab = try RunLab.shared()
    return ["compare"] + arms + [
      "--suite", lab.suite, "--model", lab.base, "--seeds", "\(seeds)", "--steps", "\(steps)",
      "--threads", "2", "--set", "max_completion_tokens=14", "--set", "evaluation_problems=20",
      "--set", "problems=4", "--set", "group_size=4", "--set", "learning_rate=1e-3",
    ]
  }

  /// A comparison that nothing disturbed, made once: two arms that train, one that fails, and the base.
  static func shared() throws -> Whole { try made.get() }

  /// The arms of it.
  static let arms = ["grpo", wide, failing, "sft-only"]

  private static let made = Result { try Whole() }

  /// A finished comparison.
  struct Whole {
    let folder: String
    let result: ToolResult
    let file: Data

    init() throws {
      folder = try RunLab.shared().folder.appending(path: "compared").path
      result = try ToolRunner.run(
        try CompareLab.arguments(CompareLab.arms) + ["--run", folder, "--json"], timeout: 400)
      try #require(result.exitCode == 0, "\(result.errors)")
      file = try #require(FileManager.default.contents(atPath: folder + "/comparison.json"))
    }

    /// `comparison.json` as an object.
    func object() throws -> [String: Any] {
      try RunFiles.object(String(decoding: file, as: UTF8.self))
    }
  }

  /// The processes that train in a folder's runs.
  static func trainers(in folder: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { process in
      let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
      let text = String(decoding: words, as: UTF8.self)
      return text.contains("\0resume\0\(folder)/")
    }
  }
}
