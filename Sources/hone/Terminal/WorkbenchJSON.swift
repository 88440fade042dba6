internal import Checkpointing
package import JSON
internal import Settings
import Statistics
import Verifiers
package import Workbench

extension WorkbenchFindings {
  /// The object of `hone verifiers check --json`.
  package var json: JSONValue {
    var members: [String: JSONValue] = [
      "verifier": .string(verifier), "origin": .string(origin), "parts": list(partNames),
      "sources": list(sources), "passed_over": list(passedOver), "seed": .integer(seed),
      "problems": .integer(problems), "attacked_problems": .integer(attackedProblems),
      "judges_form_only": .bool(judgesFormOnly), "clean": .bool(isClean),
      "false_negatives": rate(falseNegatives), "false_positives": rate(falsePositives),
      "failures": .integer(failures), "wrong": .array(wrong.map(\.json)),
      "attacks": .array(attacks.map(\.json)), "again": .array(repeats.map(\.json)),
      "completions_per_second": number(throughput), "notes": list(notes),
      "breaches": .array(breaches.map(\.json)),
    ]
    members["most_for_wrong"] = mostForWrong.map(number)
    members["slowest_seconds"] = (slowest?.seconds).map(number)
    members["slowest_attack"] = (slowest?.attack).map { .string($0) }
    return .object(members)
  }

  /// A share with its 95 % interval.
  private func rate(_ counts: (count: Int, trials: Int)) -> JSONValue {
    let interval = WilsonInterval(successes: counts.count, trials: counts.trials)
    var members: [String: JSONValue] = [
      "count": .integer(counts.count), "trials": .integer(counts.trials),
      "interval": .array([number(interval.low), number(interval.high)]),
    ]
    if counts.trials > 0 { members["rate"] = number(Double(counts.count) / Double(counts.trials)) }
    return .object(members)
  }

  private func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

  private func number(_ value: Double) -> JSONValue { .number(shortestText(of: value)) }
}

extension WorkbenchFindings.Row {
  fileprivate var json: JSONValue {
    .object([
      "name": .string(name), "summary": .string(summary), "may_pass": .bool(mayPass),
      "tried": .integer(tried), "passed": .integer(passed), "overpaid": .integer(overpaid),
      "failed": .integer(failed), "invalid": .integer(invalid), "differing": .integer(differing),
      "not_judged": .integer(notJudged), "breach": .bool(isBreach),
    ])
  }
}

extension WorkbenchFindings.Breach {
  /// The completion is whole up to 4,096 characters.
  fileprivate var json: JSONValue {
    let (problem, completion) = (submission.problem, submission.completion)
    let shown = String(String.UnicodeScalarView(completion.text.unicodeScalars.prefix(4_096)))
    return .object([
      "row": .string(row), "kind": .string("\(kind)"), "task": .string(problem.task),
      "prompt": .string(problem.prompt), "answer": .string(problem.answer),
      "completion": .string(shown), "completion_bytes": .integer(completion.text.utf8.count),
      "finished": .bool(completion.isFinished), "verdict": .string(verdict),
    ])
  }
}
