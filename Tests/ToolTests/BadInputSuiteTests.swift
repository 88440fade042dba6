import Foundation
import Testing

@Suite("Bad input: suites and problem files")
struct BadInputSuiteTests {
  @Test("no suite of this name, with the nearest; no such file")
  func missing() throws {
    try BadInputFolder.with { bad in
      try bad.expectRefusal(
        ["--model", bad.lab.base, "--suite", "aritmetic"], exitCode: 66,
        "aritmetic: no suite of this name in ", "did you mean 'arithmetic'?")
      try bad.expectRefusal(
        ["--model", bad.lab.base, "--suite", "mine.jsonl"], exitCode: 66,
        "mine.jsonl: no such file")
      try bad.write("{ tasks: [{ file: \"rows.jsonl\" }] }", to: "s.json5")
      try bad.expectRefusal(
        ["--model", bad.lab.base, "--suite", "s.json5"], exitCode: 66, "rows.jsonl: no such file")
      for command in [
        ["suites", "show", "logik"], ["evaluate", bad.lab.base, "--suite", "logik"],
      ] {
        try expectError(
          command, exitCode: 66, ["logik: no suite of this name", "did you mean 'logic'?"])
      }
    }
  }

  @Test(
    "suite files: line, column and the hint",
    arguments: [
      (
        "{\n  tasks: [\n    { generator: \"addition\" digits: 1 },\n  ],\n}",
        "s.json5:3:29: ',' or '}' was expected, not 'd'"
      ),
      ("{\n  tasks: [", "s.json5:2:10: the array that begins here is never closed with ']'"),
      ("{\n  tasks: [],\n}", "s.json5:2:10: the suite is empty: name at least one task"),
      ("{}", "the suite needs \"tasks\", an array such as [{ generator: \"addition\" }]"),
      (
        "{ tasks: [{ generator: \"adition\" }] }",
        "s.json5:1:24: no generator is called 'adition'; did you mean 'addition'?"
      ),
      (
        "{ tasks: [{ generator: \"addition\", digts: [1, 2] }] }",
        "s.json5:1:36: a task of the generator addition has no key 'digts'; did you mean 'digits'?"
      ),
      (
        "{ tasks: [{ generator: \"addition\", digits: [0, 2] }] }",
        "s.json5:1:45: digits must be from 1 to 17, not 0"
      ),
      (
        "{ taks: [] }", "s.json5:1:3: a suite has no key 'taks'; did you mean 'tasks'?"
      ),
      (
        "{ verifier: \"numerik\", longest: { prompt: 9, completion: 13 },\n"
          + "  tasks: [{ generator: \"addition\" }] }",
        "no verifier is called 'numerik'; did you mean 'numeric'?"
      ),
      (
        "{ verifier: { name: \"numeric\", weights: { correctnes: 1 } },\n"
          + "  longest: { prompt: 9, completion: 13 }, tasks: [{ generator: \"addition\" }] }",
        "correctnes"
      ),
    ])
  func suiteFiles(text: String, expected: String) throws {
    try BadInputFolder.with { bad in
      try bad.write(text, to: "s.json5")
      try bad.expectRefusal(
        ["--model", bad.lab.base, "--suite", "s.json5"], exitCode: 65, "s.json5", expected)
    }
  }

  private static let good =
    #"{"prompt": "1=", "answer": "1", "demonstration": "<think>1</think>1"}"#

  /// Second rows, after a good one and a line's end, with the start of the error.
  private static let badRows: [(row: String, expected: String)] = [
    (#"{"answer": "2"}"#, "2:1: the row has no 'prompt'; every row needs a prompt and an answer"),
    (#"{"prompt": "2="}"#, "2:1: the row has no 'answer'; every row needs a prompt and an answer"),
    (#"{"prompt": "2=", "answer": ""}"#, "2:28: the row has no 'answer'"),
    (
      #"{"prompt": "2é=", "answer": "2"}"#,
      "2:14: the character 'é' (U+00E9) of the prompt is not in the model's vocabulary; replace it"
    ),
    (
      #"{"prompt": "2=", "answer": "2", "demonstration": "<think>_</think>2"}"#,
      "2:58: the character '_' (U+005F) of the demonstration is not in the model's vocabulary"
    ),
    (
      #"{"prompt": "1+1+1+1+1+1=", "answer": "6"}"#,
      "2:12: the prompt has 12 tokens, but the model reads at most 10; shorten it"
    ),
    (
      #"{"prompt": "2=", "answer": "222222222222"}"#,
      "2:28: the answer takes 14 tokens with its marks, but completions have at most 13 and an end"
    ),
    (#"{"prompt": "2=", "answer": "2""#, "2:1: the object that begins here is never closed"),
    ("[1]", "2:1: a row must be an object"),
    (
      #"{"prompt": "2=", "answer": "2", "demonstration": "<think></think>3"}"#,
      "2:50: the demonstration ends in '3', which is not the answer '2'"
    ),
  ]

  @Test("problem files: the line of the row and the hint")
  func problemFiles() throws {
    try BadInputFolder.with { bad in
      let arguments = ["--model", bad.lab.base, "--suite", "e.jsonl"]
      for (row, expected) in Self.badRows {
        try bad.write(Self.good + "\n" + row, to: "e.jsonl")
        try bad.expectRefusal(arguments, exitCode: 65, "e.jsonl:" + expected)
      }
      for text in ["", "\n  \n"] {
        try bad.write(text, to: "e.jsonl")
        try bad.expectRefusal(
          arguments, exitCode: 65, "e.jsonl: the file has no problem; write lines such as {")
      }
      try bad.write(Self.good, to: "e.jsonl")
      try bad.expectRefusal(arguments, exitCode: 65, "e.jsonl: no row is in the split test: ")
      try bad.write(Self.good.replacing("}", with: #", "split": "test"}"#), to: "e.jsonl")
      try bad.expectRefusal(arguments, exitCode: 65, "e.jsonl: no row is in the split train: ")
    }
  }

  @Test("a problem file that isn't UTF-8")
  func notText() throws {
    try BadInputFolder.with { bad in
      let bytes = Array((Self.good + "\n").utf8) + [0x22, 0xFF, 0x22, 0x0A]
      try Data(bytes).write(to: bad.folder.appending(path: "e.jsonl"))
      try bad.expectRefusal(
        ["--model", bad.lab.base, "--suite", "e.jsonl"], exitCode: 65,
        "e.jsonl:2:1: this line is not UTF-8 text")
    }
  }

  @Test("supervised training on a row without a demonstration")
  func noDemonstration() throws {
    try BadInputFolder.with { bad in
      try bad.write(
        Self.good + "\n" + #"{"prompt": "2=", "answer": "2", "split": "train"}"#, to: "e.jsonl")
      try bad.expectRefusal(
        ["--algorithm", "sft", "--context-length", "24", "--suite", "e.jsonl"], exitCode: 65,
        "e.jsonl:2:1: the row has no 'demonstration', which supervised training learns; add one")
    }
  }

  @Test("an empty split is no crash of the commands that look at problems")
  func emptySplit() throws {
    try BadInputFolder.with { bad in
      let expected = ["rows.jsonl: no row is in the split validation", "\"split\": \"validation\""]
      let rows = bad.lab.folder.appending(path: "rows.jsonl").path
      try expectError(
        ["suites", "show", rows, "--split", "validation"], exitCode: 65, expected)
      try expectError(
        ["evaluate", bad.lab.base, "--suite", rows, "--split", "validation"], exitCode: 65, expected
      )
    }
  }

  @Test("a length limit that leaves no room for a prompt; problems longer than the context")
  func tooLong() throws {
    try BadInputFolder.with { bad in
      try bad.expectRefusal(
        ["--model", bad.lab.base, "--suite", bad.lab.suite, "--max-completion-tokens", "24"],
        exitCode: 65, "max_completion_tokens 24 leaves no room for a prompt in the context of 24")
      try bad.expectRefusal(
        ["--model", bad.lab.base, "--suite", "arithmetic"], exitCode: 65,
        "Tasks/arithmetic.json5:", "may have 20 tokens, but the model reads at most 10; set longest"
      )
    }
  }
}
