import TaskSuites
import Testing
import Verifiers

/// What the tests of one generator, in the folder `Generators`, ask of it: each brings its answers,
/// worked out from the prompt's text in another way than the generator does.
struct GeneratorChecks {
  /// The generator's name in suite files.
  let name: String

  init(_ name: String) { self.name = name }

  /// Problems of the generator: of each shipped task that it makes, and with its own defaults.
  func problems(perTask count: Int = 2_000) throws -> [WorkedProblem] {
    let folder = try TemporaryFolder()
    let path = try folder.write("{tasks: [{generator: '\(name)'}]}", to: "defaults.json5")
    let suites = try shippedSuites.names().map { try shippedSuites.open($0) }
    var found: [WorkedProblem] = []
    for suite in try suites + [folder.catalog.open(path)] {
      for task in suite.tasks where task.origin == name {
        found += suite.problems(of: task.name, count: count)
      }
    }
    return found
  }

  /// Expects each problem's answer to be what the function makes of its prompt.
  func expectAnswers(_ answer: (String) -> String?) throws {
    for worked in try problems() {
      try #require(answer(worked.problem.prompt) == worked.problem.answer, "\(worked)")
    }
  }

  /// Expects each problem's reasoning to be true, as the function judges it.
  func expectReasoning(_ isTrue: (Problem, String) throws -> Bool) throws {
    for worked in try problems() {
      let demonstration = try #require(worked.demonstration)
      let parsed = try #require(Completion(text: demonstration).parsed)
      try #require(try isTrue(worked.problem, parsed.reasoning), "\(worked)")
    }
  }

  /// Expects the reasoning of one prompt, which a task with these settings soon draws.
  func expectDemonstration(
    of prompt: String, settings: String, is reasoning: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "{tasks: [{generator: '\(name)', \(settings)}]}", to: "settings.json5")
    let suite = try folder.catalog.open(path)
    let worked = suite.problems(0..<60_000, split: Split(containing: prompt))
      .first { $0.problem.prompt == prompt }
    let demonstration = try #require(worked?.demonstration, sourceLocation: sourceLocation)
    #expect(
      Completion(text: demonstration).parsed?.reasoning == reasoning,
      sourceLocation: sourceLocation)
  }

  /// Expects the first test problems: published ones must not move, or results would silently
  /// change their meaning.
  func expectFirst(_ prompts: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("{tasks: [{generator: '\(name)'}]}", to: "pinned.json5")
    let found = try folder.catalog.open(path).problems(0..<prompts.count, split: .test)
    #expect(found.map(\.problem.prompt) == prompts, sourceLocation: sourceLocation)
  }

  /// Expects each answer about as often as any other, in every task.
  func expectBalance(of answers: Set<String>) throws {
    for (task, found) in Dictionary(grouping: try problems(), by: \.problem.task) {
      let counts = Dictionary(grouping: found, by: \.problem.answer).mapValues(\.count)
      #expect(Set(counts.keys) == answers)
      let fairShare = found.count / answers.count
      for (answer, count) in counts {
        #expect(abs(count - fairShare) < fairShare / 4, "\(task) \(answer) \(count)")
      }
    }
  }
}

extension TaskSuite {
  /// The first problems of one of its tasks.
  func problems(of task: String, count: Int) -> [WorkedProblem] {
    var found: [WorkedProblem] = []
    var index = 0
    while found.count < count {
      // Mostly train, whose problems are found soonest; the others are not made otherwise.
      let split: Split = index % 10 == 0 ? .test : index % 10 == 1 ? .validation : .train
      let next = problem(at: index, split: split)
      if next.problem.task == task { found.append(next) }
      index += 1
    }
    return found
  }
}
