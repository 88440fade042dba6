/// One entry of a mixture: where its problems come from, and how often they are asked.
package struct SuiteTask: Sendable {
  /// Where problems come from.
  enum Source: Sendable {
    case generator(any ProblemGenerator)
    case rows(RowSet)
  }

  /// The name that results are broken down by; rows of a file may name other tasks.
  package let name: String
  /// Whether a source plugin made the problems, and not a file or a generator.
  let isSourced: Bool
  /// The share of this task in relation to the others' weights.
  package let weight: Double
  /// What makes the problems, in words: a generator's name or a file.
  package let origin: String
  /// The name of the verifier that reads the answers.
  package let verifierName: String
  private(set) var source: Source
  let caps: LengthCaps
  /// Content hashes of prompts that neither training nor validation may ask.
  private var withheld: Set<UInt64> = []

  init(
    name: String, weight: Double, origin: String, verifierName: String, source: Source,
    caps: LengthCaps, isSourced: Bool = false
  ) {
    self.name = name
    self.isSourced = isSourced
    self.weight = weight
    self.origin = origin
    self.verifierName = verifierName
    self.source = source
    self.caps = caps
  }

  /// The same task, which never asks some prompts but in its test split.
  func withholding(_ hashes: Set<UInt64>) -> SuiteTask {
    var copy = self
    copy.withheld.formUnion(hashes)
    if case .rows(let rows) = source {
      copy.source = .rows(
        RowSet(
          rows.rows.filter {
            $0.split == .test
              || !hashes.contains(Split.contentHash(of: $0.worked.problem.prompt.utf8))
          }))
    }
    return copy
  }

  /// The splits that the task's own rows give their prompts, by content hash, and the prompts that are
  /// withheld from training.
  var fixedSplits: [UInt64: Split] {
    var splits: [UInt64: Split] = [:]
    for hash in withheld { splits[hash] = .test }
    guard case .rows(let rows) = source else { return splits }
    for row in rows.rows {
      splits[Split.contentHash(of: row.worked.problem.prompt.utf8)] = row.split
    }
    return splits
  }

  /// How many problems a split has; nil where a generator makes them without end.
  package func problemCount(in split: Split) -> Int? {
    guard case .rows(let rows) = source else { return nil }
    return rows.count(in: split)
  }

  /// The names of the tasks that its problems carry.
  package var problemTasks: [String] {
    guard case .rows(let rows) = source else { return [name] }
    return rows.tasks
  }

  /// A problem that depends on the key, the index and the split alone; nil where none was found.
  func problem(
    at index: Int, split: Split, key: StableHash, attempts: Int
  ) -> WorkedProblem? {
    switch source {
    case .generator(let generator):
      var hash = key
      hash.combine(name.utf8)
      hash.combine(split.key)
      hash.combine(UInt64(index))
      var random = SplitMix64(seed: hash.value)
      return generator.firstProblem(
        of: split, random: &random, task: name, caps: caps,
        withheld: split == .test ? [] : withheld, attempts: attempts)
    case .rows(let rows):
      return rows.problem(at: index, split: split, key: key)
    }
  }
}
