internal import CPluginHost
internal import Messages
internal import Verifiers

/// A verifier in a shared library that is loaded into this process (`hone_verifier.h`).
///
/// Nothing guards the run from it: it is for speed, and for code that has been checked.
struct NativeVerifier: Verifier {
  private let manifest: PluginManifest
  private let library: Library

  /// The library's functions, which stay where they are and may be called on any thread.
  @safe private struct Library: @unchecked Sendable {
    let functions: hone_library
  }

  /// Loads the library of a manifest.
  ///
  /// - Throws: `VerifierError.failed` where it can't be loaded or is of another version.
  init(_ manifest: PluginManifest, file: String) throws(VerifierError) {
    let path = PluginFiles.joined(manifest.folder, file)
    guard PluginFiles.isPresent(path) else {
      throw .missing(
        "the plugin \(manifest.name) has no file \(file); build it, or fix 'library' in its "
          + PluginManifest.fileName)
    }
    var library = hone_library()
    var reason = [CChar](repeating: 0, count: 512)
    let status = unsafe hone_open_library(path, &library, &reason, reason.count)
    guard status == 0, let version = library.version else {
      throw .failed(
        "the plugin \(manifest.name) can't be loaded: \(NativeVerifier.text(reason))")
    }
    let found = version()
    guard found == HONE_VERIFIER_VERSION else {
      throw .failed(
        "the plugin \(manifest.name) is made for version \(found) of hone_verifier.h, this is "
          + "\(HONE_VERIFIER_VERSION): build it again")
    }
    self.manifest = manifest
    self.library = Library(functions: library)
  }

  var name: String { manifest.name }
  var partNames: [String] { manifest.parts }
  var cautions: [String] {
    [
      "the verifier \(manifest.name) is a shared library inside the trainer: if it crashes or hangs, "
        + "the run does"
    ]
  }

  func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    let parsed = completion.parsed
    let columns = problem.columns.sorted { $0.key < $1.key }
    let texts =
      [
        problem.task, problem.prompt, problem.answer, completion.text, parsed?.reasoning ?? "",
        parsed?.answer ?? "",
      ] + columns.flatMap { [$0.key, $0.value] }
    var reward = Double.nan
    var parts = [Double](repeating: .nan, count: manifest.parts.count)
    var words = [CChar](repeating: 0, count: 512)
    // All texts in one block, each with a NUL after it.
    var block: [CChar] = []
    var places: [(start: Int, count: Int)] = []
    for text in texts {
      places.append((block.count, text.utf8.count))
      block += text.utf8.map(CChar.init(bitPattern:))
      block.append(0)
    }
    let status = unsafe block.withUnsafeBufferPointer { block in
      func text(_ index: Int) -> hone_text {
        unsafe hone_text(
          bytes: block.baseAddress! + places[index].start, count: places[index].count)
      }
      let none = unsafe hone_text(bytes: nil, count: 0)
      let named = unsafe columns.indices.map {
        unsafe hone_column(name: text(6 + 2 * $0), value: text(7 + 2 * $0))
      }
      return unsafe named.withUnsafeBufferPointer { named in
        unsafe parts.withUnsafeMutableBufferPointer { parts in
          unsafe words.withUnsafeMutableBufferPointer { words in
            var item = unsafe hone_item(
              task: text(0), prompt: text(1), reference: text(2), completion: text(3),
              reasoning: parsed == nil ? none : text(4), answer: parsed == nil ? none : text(5),
              finished: completion.isFinished ? 1 : 0, column_count: columns.count,
              columns: named.baseAddress)
            var verdict = unsafe hone_verdict(
              reward: .nan, parts: parts.baseAddress, part_count: parts.count,
              error: words.baseAddress, error_size: words.count)
            let status = unsafe library.functions.score(&item, &verdict)
            reward = unsafe verdict.reward
            return status
          }
        }
      }
    }
    guard status == 0 else {
      let said = NativeVerifier.text(words)
      return .failure(
        said.isEmpty ? "it could not judge (status \(status))" : "it could not judge: \(said)")
    }
    guard reward.isFinite, manifest.rewards.contains(reward) else {
      return .failure(
        "the reward \(reward) is outside \(manifest.rewards.lowerBound) to "
          + "\(manifest.rewards.upperBound), the range of its plugin.json5")
    }
    var named: [String: Double] = [:]
    for (part, value) in zip(manifest.parts, parts) {
      guard value.isFinite else { return .failure("the part \(quoted(part)) is \(value)") }
      named[part] = value
    }
    return .score(Score(reward: reward, parts: named))
  }

  private static func text(_ characters: [CChar]) -> String {
    readable(
      String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
}
