import Statistics
import Verifiers
package import Workbench

/// The object of `hone verifiers check --json`.
package struct WorkbenchJSON: Encodable {
  let verifier: String
  let origin: String
  let parts: [String]
  let sources: [String]
  let passedOver: [String]
  let seed: Int
  let problems: Int
  let attackedProblems: Int
  let judgesFormOnly: Bool
  let clean: Bool
  let falseNegatives: Rate
  let falsePositives: Rate
  let failures: Int
  let mostForWrong: Double?
  let wrong: [Row]
  let attacks: [Row]
  let again: [Row]
  let completionsPerSecond: Double
  let slowestSeconds: Double?
  let slowestAttack: String?
  let notes: [String]
  let breaches: [Breach]

  private enum CodingKeys: String, CodingKey {
    case verifier, origin, parts, sources, seed, problems, clean, failures, wrong, attacks, again
    case notes, breaches
    case passedOver = "passed_over"
    case attackedProblems = "attacked_problems"
    case judgesFormOnly = "judges_form_only"
    case falseNegatives = "false_negatives"
    case falsePositives = "false_positives"
    case mostForWrong = "most_for_wrong"
    case completionsPerSecond = "completions_per_second"
    case slowestSeconds = "slowest_seconds"
    case slowestAttack = "slowest_attack"
  }

  /// A share with its 95 % interval.
  struct Rate: Encodable {
    let count: Int
    let trials: Int
    let rate: Double?
    let interval: [Double]

    init(_ counts: (count: Int, trials: Int)) {
      count = counts.count
      trials = counts.trials
      rate = trials == 0 ? nil : Double(count) / Double(trials)
      let interval = WilsonInterval(successes: count, trials: trials)
      self.interval = [interval.low, interval.high]
    }
  }

  /// A row of the findings.
  struct Row: Encodable {
    let name: String
    let summary: String
    let mayPass: Bool
    let tried: Int
    let passed: Int
    let overpaid: Int
    let failed: Int
    let invalid: Int
    let differing: Int
    let notJudged: Int
    let breach: Bool

    private enum CodingKeys: String, CodingKey {
      case name, summary, tried, passed, overpaid, failed, invalid, differing, breach
      case mayPass = "may_pass"
      case notJudged = "not_judged"
    }

    init(_ row: WorkbenchFindings.Row) {
      name = row.name
      summary = row.summary
      mayPass = row.mayPass
      tried = row.tried
      passed = row.passed
      overpaid = row.overpaid
      failed = row.failed
      invalid = row.invalid
      differing = row.differing
      notJudged = row.notJudged
      breach = row.isBreach
    }
  }

  /// A breach, whose completion is whole up to 4,096 characters.
  struct Breach: Encodable {
    let row: String
    let kind: String
    let task: String
    let prompt: String
    let answer: String
    let completion: String
    let completionBytes: Int
    let finished: Bool
    let verdict: String

    private enum CodingKeys: String, CodingKey {
      case row, kind, task, prompt, answer, completion, finished, verdict
      case completionBytes = "completion_bytes"
    }

    init(_ breach: WorkbenchFindings.Breach) {
      let (problem, text) = (breach.submission.problem, breach.submission.completion.text)
      row = breach.row
      kind = "\(breach.kind)"
      task = problem.task
      prompt = problem.prompt
      answer = problem.answer
      completion = String(String.UnicodeScalarView(text.unicodeScalars.prefix(4_096)))
      completionBytes = text.utf8.count
      finished = breach.submission.completion.isFinished
      verdict = breach.verdict
    }
  }

  package init(_ findings: WorkbenchFindings) {
    verifier = findings.verifier
    origin = findings.origin
    parts = findings.partNames
    sources = findings.sources
    passedOver = findings.passedOver
    seed = findings.seed
    problems = findings.problems
    attackedProblems = findings.attackedProblems
    judgesFormOnly = findings.judgesFormOnly
    clean = findings.isClean
    falseNegatives = Rate(findings.falseNegatives)
    falsePositives = Rate(findings.falsePositives)
    failures = findings.failures
    mostForWrong = findings.mostForWrong
    wrong = findings.wrong.map(Row.init)
    attacks = findings.attacks.map(Row.init)
    again = findings.repeats.map(Row.init)
    completionsPerSecond = findings.throughput
    slowestSeconds = findings.slowest?.seconds
    slowestAttack = findings.slowest?.attack
    notes = findings.notes
    breaches = findings.breaches.map(Breach.init)
  }
}
