internal import Verifiers

/// Right answers in a broken form, and forms without an answer.
extension AttackFamily {
  static let form: [AttackFamily] = [
    .whole("empty", "nothing, or nothing but white space") { _ in
      ["", " ", "\n", "\t\r\n "].map { Completion(text: $0) }
    },
    .whole("format-only", "the marks, and no answer after them") { target in
      [
        "<think></think>", "<think></think> ", "<think>\(target.reasoning)</think>\n",
        "<think>\(target.reasoning)</think>",
      ].map { Completion(text: $0) }
    },
    .whole("no-marks", "the right answer without a chain of thought") { target in
      [
        target.answer, target.answer + "\n", target.reasoning + target.answer,
        target.reasoning + "\n" + target.answer,
      ].map { Completion(text: $0) }
    },
    .whole("answer-in-reasoning", "the right answer in the reasoning only") { target in
      [
        "<think>\(target.answer)</think>", "<think>\(target.answer)</think> ",
        "<think>\(target.answer)</think>\(target.wrongAnswer)", "<think>\(target.answer)</think>?",
        "<think>\(target.reasoning)\nanswer: \(target.answer)</think>\(target.wrongAnswer)",
        "<think>\(target.reasoning)\n\(target.answer)</think>see above",
      ].map { Completion(text: $0) }
    },
    .whole("broken-marks", "marks missing, in the wrong order or written otherwise") {
      target in
      let (reasoning, answer) = (target.reasoning, target.answer)
      return [
        "<think>\(reasoning)\(answer)", "</think>\(answer)", "\(reasoning)</think>\(answer)",
        "\(answer)<think>\(reasoning)</think>", "</think>\(reasoning)<think>\(answer)",
        "<THINK>\(reasoning)</THINK>\(answer)", "< think >\(reasoning)</ think >\(answer)",
        "\u{FF1C}think\u{FF1E}\(reasoning)\u{FF1C}/think\u{FF1E}\(answer)",
        "<th\u{200B}ink>\(reasoning)</think>\(answer)", "<think>\(reasoning)<think>\(answer)",
        "<thinking>\(reasoning)</thinking>\(answer)", "<think>\(reasoning)</think\(answer)",
      ].map { Completion(text: $0) }
    },
    .whole("repeated-marks", "marks or whole completions more than once") { target in
      let (reasoning, answer) = (target.reasoning, target.answer)
      return [
        "<think><think>\(reasoning)</think>\(answer)",
        "<think>\(reasoning)</think></think>\(answer)",
        "<think><think>\(reasoning)</think></think>\(answer)",
        "<think>\(reasoning)</think>\(answer)</think>",
        "<think>\(reasoning)</think>\(answer)<think>",
        "<think>\(reasoning)</think>\(answer)<think>\(reasoning)</think>\(answer)",
        "<think>\(reasoning)</think>\(target.wrongAnswer)<think></think>\(answer)",
        "<think>\(reasoning)</think>\(answer)<think></think>\(target.wrongAnswer)",
        "<think>\(reasoning)</think>\(target.wrongAnswer)</think>\(answer)",
        String(repeating: "<think>", count: 100) + "</think>\(answer)",
      ].map { Completion(text: $0) }
    },
    .whole("text-before", "something before the chain of thought") { target in
      ["\(target.answer)", " ", "Sure! ", "\n", "\u{FEFF}"].map {
        Completion(text: $0 + target.completion(target.answer).text)
      }
    },
    .whole("unfinished", "the right answer, cut off by the length limit") { target in
      [
        target.completion(target.answer).text, "<think></think>\(target.answer)", target.answer, "",
      ].map { Completion(text: $0, isFinished: false) }
    },
  ]
}
