internal import Checkpointing
internal import Experience
internal import Foundation
internal import JSON
internal import Runs
internal import Settings

/// A comparison on disk: `plan.json`, an ordinary run folder for each run, and at the end
/// `comparison.json`.
package struct ComparisonFolder: Sendable, Equatable {
  /// The folder.
  package let path: String

  package init(_ path: String) { self.path = path }

  /// What is compared.
  package var planFile: String { "\(path)/plan.json" }
  /// What came of it.
  package var resultFile: String { "\(path)/comparison.json" }

  /// Whether a folder holds a comparison.
  package static func isComparison(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: ComparisonFolder(path).planFile)
  }

  /// The folder of a run.
  package func folder(of run: ComparisonRun) -> RunFolder { RunFolder("\(path)/\(run.name)") }

  /// The plan of the comparison that is there.
  ///
  /// - Throws: `TrainingError.missing` where there is none, `unusable` for a damaged file.
  package func plan() throws -> ComparisonPlan {
    guard let data = FileManager.default.contents(atPath: planFile) else {
      throw TrainingError.missing(
        "\(path): no comparison there",
        mend: "Start one with: hone compare ALGORITHM… --run \(path)")
    }
    do {
      return try JSONNode(parsing: Array(data)[...]).decode(as: ComparisonPlan.self)
    } catch {
      throw TrainingError.unusable(
        "\(planFile): not the plan of a comparison",
        mend: "Start the comparison again in another folder.")
    }
  }

  /// What came of it; nil as long as runs are missing.
  ///
  /// - Throws: `TrainingError.unusable` for a damaged file.
  package func result() throws -> Comparison? {
    guard let data = FileManager.default.contents(atPath: resultFile) else { return nil }
    do {
      return try JSONNode(parsing: Array(data)[...]).decode(as: Comparison.self)
    } catch {
      throw TrainingError.unusable(
        "\(resultFile): not the result of a comparison",
        mend: "Write it again with: hone compare --run \(path)")
    }
  }

  /// Makes the folder and those of the runs, or checks that what is there was made by the same plan.
  ///
  /// - Returns: what keeps other processes out as long as it lives.
  /// - Throws: `TrainingError.occupied` where something else is there, saying what differs;
  ///   `unusable` for a run whose configuration was changed; `unwritable`.
  package func prepare(_ plan: ComparisonPlan) throws -> RunLock {
    if FileManager.default.fileExists(atPath: planFile) {
      let differences = try self.plan().differences(from: plan)
      guard differences.isEmpty else {
        throw TrainingError.occupied(
          "\(path) holds another comparison: \(differences.joined(separator: "; "))",
          mend: "Name another folder with --run, or resume it: hone compare --run \(path)")
      }
    } else {
      if FileManager.default.fileExists(atPath: RunFolder(path).configurationFile) {
        throw TrainingError.occupied(
          "\(path) already holds a run", mend: "Name another folder with --run.")
      }
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw TrainingError.unwritable(
          "\(path): the comparison's folder can't be made", mend: "Name another folder with --run.")
      }
      try AtomicFile.write(JSONValue(encoding: plan).bytes(indented: true), to: planFile)
    }
    let lock = try RunLock(RunFolder(path))
    for run in plan.runs { try prepare(run) }
    return lock
  }

  private func prepare(_ run: ComparisonRun) throws {
    let folder = folder(of: run)
    guard FileManager.default.fileExists(atPath: folder.configurationFile) else {
      var configuration = run.configuration
      configuration.run = folder.path
      return try folder.create(configuration)
    }
    let differences = try folder.configuration().differences(from: run.configuration) {
      there, here in
      "\(there), and \(here) in the plan"
    }
    guard differences.isEmpty else {
      throw TrainingError.unusable(
        "\(folder.configurationFile) was changed: \(differences.joined(separator: "; "))",
        mend: "Put it back: the runs of a comparison differ in nothing but what the plan says.")
    }
  }

  /// Whether a process trains in a run's folder just now.
  package func isInUse(_ run: ComparisonRun) -> Bool { RunLock.isHeld(folder(of: run)) }

  /// Writes what came of it.
  ///
  /// - Throws: `FileError`.
  package func write(_ comparison: Comparison) throws {
    try AtomicFile.write(
      JSONValue(encoding: comparison).bytes(indented: true), to: resultFile)
  }
}

extension ComparisonPlan: Codable {
  private enum CodingKeys: String, CodingKey {
    case arms, seeds, common
    case baseHash = "base_hash"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let arms = try container.decode([ComparisonArm].self, forKey: .arms)
    let seeds = try container.decode(Int.self, forKey: .seeds)
    guard !arms.isEmpty, seeds > 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .seeds, in: container, debugDescription: "a comparison without runs")
    }
    self.init(
      arms: arms, seeds: seeds, common: try container.decode(Configuration.self, forKey: .common),
      baseHash: try container.decode(String.self, forKey: .baseHash))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(arms, forKey: .arms)
    try container.encode(seeds, forKey: .seeds)
    try container.encode(common, forKey: .common)
    try container.encode(baseHash, forKey: .baseHash)
  }

  /// What this plan, which is there, has other than one that is asked for now: a phrase for each.
  package func differences(from now: ComparisonPlan) -> [String] {
    func phrase(_ there: String, _ here: String) -> String { "\(there) there, \(here) now" }
    var found: [String] = []
    if seeds != now.seeds { found.append("seeds " + phrase("\(seeds)", "\(now.seeds)")) }
    let common = common.differences(
      from: now.common, keys: { ComparisonPlan.commonKeys[$0] != nil }, phrase)
    found += common
    if baseHash != now.baseHash && !common.contains(where: { $0.hasPrefix("model ") }) {
      let (hash, other) = (String(baseHash.prefix(8)), String(now.baseHash.prefix(8)))
      found.append("the base's weights " + phrase(hash, other))
    }
    for arm in arms {
      guard let other = now.arms.first(where: { $0.name == arm.name }) else {
        found.append("arm \(arm.name) is missing now")
        continue
      }
      guard let there = arm.configuration, let here = other.configuration else { continue }
      found += there.differences(
        from: here, keys: { ComparisonPlan.commonKeys[$0] == nil }, phrase
      ).map { "\(arm.name): \($0)" }
    }
    for arm in now.arms where !arms.contains(where: { $0.name == arm.name }) {
      found.append("arm \(arm.name) is new")
    }
    if found.isEmpty && arms.map(\.name) != now.arms.map(\.name) {
      found.append("the order of the arms")
    }
    return found
  }
}

extension Configuration {
  /// The fields whose values differ, each as its key and a phrase of both values; folder and threads
  /// don't matter.
  fileprivate func differences(
    from other: Configuration, keys isWanted: (String) -> Bool = { _ in true },
    _ phrase: (String, String) -> String
  ) -> [String] {
    Self.fields.compactMap { field in
      let (a, b) = (field.get(self), field.get(other))
      guard a != b, isWanted(field.key), !["run", "threads"].contains(field.key) else { return nil }
      return "\(field.key) \(phrase(a.plainText, b.plainText))"
    }
  }
}
