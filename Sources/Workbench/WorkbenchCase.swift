internal import TaskSuites
internal import Verifiers

/// A problem on the workbench: its right completion and its wrong answers.
struct WorkbenchCase: Sendable {
  /// The problem with its demonstration.
  var worked: WorkedProblem
  /// One wrong answer for each mutation that has one, by the mutation's place in the table.
  var wrong: [(mutation: Int, answer: String)]
  /// The same problem as attacks need it.
  var target: AttackTarget

  /// The cases of problems; each depends on the seed, the problem and its task's answers alone.
  static func cases(_ problems: [WorkedProblem], seed: Int) -> [WorkbenchCase] {
    let tasks = Dictionary(grouping: problems, by: \.problem.task)
    return problems.enumerated().map { place, worked in
      var random = SplitMix64(seed: UInt64(seed) &* 0x9E37_79B9 &+ UInt64(place))
      let others = companions(of: worked, in: tasks[worked.problem.task] ?? [], &random)
      let answers = others.map(\.problem.answer)
      let source = Mutation.Source(answer: worked.problem.answer, others: answers)
      let wrong = Mutation.table.enumerated().compactMap { number, mutation in
        mutation.wrongAnswer(source, using: &random).map { (mutation: number, answer: $0) }
      }
      let texts = wrong.isEmpty ? [worked.problem.answer + "x"] : wrong.map(\.answer)
      return WorkbenchCase(
        worked: worked, wrong: wrong,
        target: AttackTarget(
          problem: worked.problem,
          reasoning: worked.rightCompletion.parsed?.reasoning ?? "",
          // One that differs by little is a better lure than the answer of another problem.
          wrong: texts.count > 1 ? Array(texts.dropFirst()) + texts.prefix(1) : texts,
          others: answers, otherCompletions: others.prefix(4).map(\.rightCompletion)))
    }
  }

  /// Problems of the task whose answers mean something else, and no two the same; 50 at most.
  private static func companions(
    of worked: WorkedProblem, in task: [WorkedProblem], _ random: inout SplitMix64
  ) -> [WorkedProblem] {
    var found: [WorkedProblem] = []
    var seen: Set<String> = []
    guard !task.isEmpty else { return [] }
    let start = random.next(below: task.count)
    for offset in 0..<min(task.count, 400) where found.count < 50 {
      let other = task[(start + offset) % task.count]
      if seen.insert(other.problem.answer).inserted,
        !AnswerValue.areSame(other.problem.answer, worked.problem.answer)
      {
        found.append(other)
      }
    }
    return found
  }
}
