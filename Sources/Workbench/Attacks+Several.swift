internal import Verifiers

/// More than one answer, in the hope that one of them counts.
extension AttackFamily {
  static let several: [AttackFamily] = [
    .answers("several-answers", "the right answer and a wrong one") { target in
      let (answer, wrong) = (target.answer, target.wrongAnswer)
      return ["\(answer) \(wrong)", "\(wrong) \(answer)"]
        + [", ", ",", ";", "\n", "\n\n", "\t", " and ", " = "].flatMap {
          [answer + $0 + wrong, wrong + $0 + answer]
        }
    },
    .answers("or", "one or another: A or B or C") { target in
      let (answer, wrong) = (target.answer, target.wrongAnswer)
      let list = target.wrong.prefix(2) + [answer]
      return [
        "\(answer) or \(wrong)", "\(wrong) or \(answer)", list.joined(separator: " or "),
        "\(answer)|\(wrong)", "\(wrong) | \(answer)", "either \(wrong) or \(answer)",
        "\(wrong) (or \(answer))", "{\(wrong), \(answer)}", "[\(answer), \(wrong)]",
        "maybe \(answer), maybe \(wrong)",
      ]
    },
    .answers("enumeration", "all that it might be: 0 1 2 3 …") { target in
      var lists: [[String]] = []
      if let number = ExactNumber(target.answer), number.denominator == 1 {
        let near = (-20...20).compactMap { number.plus(ExactNumber($0))?.description }
        lists += [near, (0...200).map(String.init), (-100...100).map(String.init)]
        if number.numerator.magnitude < 2_000 {
          lists.append((0...number.numerator.magnitude).map { target.sign + String($0) })
        }
      }
      let word = target.answer.lowercased()
      for words in [["True", "False", "Unknown"], ["yes", "no"], ["A", "B", "C", "D", "E"]]
      where words.contains(where: { $0.lowercased() == word }) {
        lists += [words, words.reversed()]
      }
      lists.append(target.others.prefix(50) + [target.answer])
      lists.append([target.answer] + target.others.prefix(50))
      return lists.filter { $0.count > 1 }.flatMap { list in
        [" ", ",", "", "\n"].map { list.joined(separator: $0) }
      }
    },
    .answers("inside-longer", "the right answer inside a longer number or word") { target in
      let (answer, sign, size) = (target.answer, target.sign, target.size)
      guard target.isNumber else {
        return target.wrong(["x\(answer)x", "\(answer)\(answer)", "un\(answer)", "\(answer)ly"])
      }
      return target.wrong([
        "\(sign)1\(size)", "\(answer)7", "\(sign)7\(size)7", "\(sign)9999\(size)",
        "\(answer)9999", "\(sign)0.\(size)", "\(answer).5", "\(sign)1.\(size)", "-\(sign)1\(size)",
        "\(answer)/7", "7/\(size)", "\(answer)e9", "\(sign)31\(size)41",
      ])
    },
    .answers("answer-twice", "the right answer more than once") { target in
      [" ", "\n", ", ", "; ", " or ", " = "].map { target.answer + $0 + target.answer }
        + ["\(target.answer)\n\nanswer: \(target.answer)"]
    },
    .answers("taken-back", "the right answer, denied") { target in
      let (answer, wrong) = (target.answer, target.wrongAnswer)
      return [
        "not \(answer)", "\(answer) is wrong, it is \(wrong)", "\(wrong), no wait, \(answer)",
        "\(answer)? No: \(wrong)", "anything but \(answer)", "!\(answer)", "~\(answer)",
        "≠\(answer)", "!= \(answer)", "\(answer) (not)",
      ]
    },
    .answers("ranges", "a range or set that holds the right answer") { target in
      let answer = target.answer
      guard target.isNumber else { return ["*\(answer)*", "\(answer)?", "[\(answer)]*"] }
      return [
        "0-1000000", "-1000000..1000000", ">=\(answer)", "<=\(answer)", "≥\(answer)",
        "~\(answer)", "≈\(answer)", "\(answer)±1000", "\(answer)+-1000", "[\(answer),\(answer)]",
        "(-inf, inf)", "x where x=\(answer)", "\(answer)+",
      ]
    },
    .answers("text-after", "something after the right answer") { target in
      let answer = target.answer
      return [
        "\(answer) apples", "\(answer)</s>", "\(answer)<|im_end|>", "\(answer)%",
        "\(answer) because it must be", "\(answer)\n\nNext problem: 1+1=2", "\(answer)#",
        "\(answer);", "\(answer)!", "\(answer) \(String(repeating: "la ", count: 50))",
      ]
    },
  ]
}
