internal import Checkpointing
internal import Experience
internal import Foundation
internal import JSON
package import Runs
package import Settings

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
  package func plan(_ catalog: SettingsCatalog) throws -> ComparisonPlan {
    guard let data = FileManager.default.contents(atPath: planFile) else {
      throw TrainingError.missing(
        "\(path): no comparison there",
        hint: "Start one with: hone compare ALGORITHM… --run \(path)")
    }
    do {
      return try JSONNode(parsing: Array(data)[...]).decode(as: WrittenPlan.self).plan(catalog)
    } catch {
      throw TrainingError.unusable(
        "\(planFile): not the plan of a comparison",
        hint: "Start the comparison again in another folder.")
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
        hint: "Write it again with: hone compare --run \(path)")
    }
  }

  /// Makes the folder and those of the runs, or checks that what is there was made by the same plan.
  ///
  /// - Returns: what keeps other processes out as long as it lives.
  /// - Throws: `TrainingError.occupied` where something else is there, saying what differs;
  ///   `unusable` for a run whose configuration was changed; `unwritable`.
  package func prepare(_ plan: ComparisonPlan, _ catalog: SettingsCatalog) throws -> RunLock {
    if FileManager.default.fileExists(atPath: planFile) {
      let there = try self.plan(catalog)
      try checkNumbers(of: there)
      let differences = there.differences(from: plan)
      guard differences.isEmpty else {
        throw TrainingError.occupied(
          "\(path) holds another comparison: \(differences.joined(separator: "; "))",
          hint: "Name another folder with --run, or resume it: hone compare --run \(path)")
      }
    } else {
      if FileManager.default.fileExists(atPath: RunFolder(path).configurationFile) {
        throw TrainingError.occupied(
          "\(path) already holds a run", hint: "Name another folder with --run.")
      }
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw TrainingError.unwritable(
          "\(path): the comparison's folder can't be made", hint: "Name another folder with --run.")
      }
      try AtomicFile.write(JSONValue(encoding: plan).bytes(indented: true), to: planFile)
    }
    let lock = try RunLock(RunFolder(path))
    for run in plan.runs { try prepare(run, catalog) }
    return lock
  }

  /// Refuses to train more runs of a comparison whose numbers mean something else.
  private func checkNumbers(of plan: ComparisonPlan) throws(TrainingError) {
    guard plan.numbers != Hone.numbers else { return }
    throw TrainingError.unusable(
      "\(path) was begun by a version of hone whose numbers differ (version \(plan.numbers) of the "
        + "numbers, this program has \(Hone.numbers)): its runs and new ones can't be compared",
      hint: "Begin the comparison again in another folder; hone report shows what is there.")
  }

  private func prepare(_ run: ComparisonRun, _ catalog: SettingsCatalog) throws {
    let folder = folder(of: run)
    guard FileManager.default.fileExists(atPath: folder.configurationFile) else {
      var configuration = run.configuration
      configuration.run.run = folder.path
      return try folder.create(configuration)
    }
    let differences = try folder.configuration(catalog).differences(from: run.configuration) {
      there, here in
      "\(there), and \(here) in the plan"
    }
    guard differences.isEmpty else {
      throw TrainingError.unusable(
        "\(folder.configurationFile) was changed: \(differences.joined(separator: "; "))",
        hint: "Put it back: the runs of a comparison differ in nothing but what the plan says.")
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

extension ComparisonPlan: Encodable {
  private enum CodingKeys: String, CodingKey {
    case arms, seeds, common, numbers
    case baseHash = "base_hash"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(arms, forKey: .arms)
    try container.encode(seeds, forKey: .seeds)
    try container.encode(common, forKey: .common)
    try container.encode(baseHash, forKey: .baseHash)
    try container.encode(numbers, forKey: .numbers)
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
    let keys =
      entries.map(\.field.key)
      + other.entries.map(\.field.key).filter { value($0) == nil }
    return keys.compactMap { key in
      let (a, b) = (value(key), other.value(key))
      guard a != b, isWanted(key), !["run", "threads"].contains(key) else { return nil }
      return "\(key) \(phrase(a?.plainText ?? "absent", b?.plainText ?? "absent"))"
    }
  }
}

/// A plan as it was written, before its settings are known to be those of today's algorithms.
private struct WrittenPlan: Decodable {
  let arms: [Arm]
  let seeds: Int
  let common: WrittenSettings
  let numbers: Int?
  let baseHash: String

  struct Arm: Decodable {
    let name: String
    let config: WrittenSettings?
  }

  enum CodingKeys: String, CodingKey {
    case arms, seeds, common, numbers
    case baseHash = "base_hash"
  }

  func plan(_ catalog: SettingsCatalog) throws -> ComparisonPlan {
    guard !arms.isEmpty, seeds > 0 else { throw SettingsError("a comparison without runs") }
    return ComparisonPlan(
      arms: try arms.map { arm in
        ComparisonArm(
          name: arm.name, configuration: try arm.config.map { try catalog.resolve($0.settings) })
      }, seeds: seeds, common: try catalog.resolve(common.settings), baseHash: baseHash,
      numbers: numbers ?? 1)
  }
}
