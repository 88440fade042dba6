/// Which problems of an evaluation were solved, by task; in JSON one text for each task, as in
/// `{"addition": "1101-0"}`.
package struct SolvedProblems: Sendable, Equatable {
  /// What became of one problem.
  package enum Mark: Character, Sendable {
    /// Solved.
    case solved = "1"
    /// Not solved.
    case unsolved = "0"
    /// The verifier could not judge it.
    case unjudged = "-"
  }

  /// The marks of each task's problems, in the order of the evaluation.
  package var marks: [String: [Mark]]

  package init(_ marks: [String: [Mark]] = [:]) { self.marks = marks }

  /// The same problems, none of them solved.
  package var noneSolved: SolvedProblems {
    SolvedProblems(marks.mapValues { $0.map { _ in .unsolved } })
  }

  /// Whether another evaluation was of as many problems of the same tasks.
  package func hasShape(of other: SolvedProblems) -> Bool {
    marks.mapValues(\.count) == other.marks.mapValues(\.count)
  }
}

extension SolvedProblems: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    marks = try container.decode([String: String].self).mapValues { text in
      try text.map { character in
        guard let mark = Mark(rawValue: character) else {
          throw DecodingError.dataCorruptedError(
            in: container, debugDescription: "\(character) is no mark of a problem: 1, 0 or -")
        }
        return mark
      }
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(marks.mapValues { String($0.map(\.rawValue)) })
  }
}
