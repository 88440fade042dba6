import Analysis
import Experience
import Foundation
import TestSupport
import Testing

@Suite("Reports")
struct ReportTests {
  private static let hostile = [
    "</samp></p><script>alert(1)</script>", "]]><!-- <img src=x onerror=alert(2)> -->",
    "\" onmouseover=\"alert(3)", "&lt;b&gt; &#x3C;i&#x3E;", "a\u{0}b\u{1B}[31m\u{202E}c\u{FEFF}",
  ]

  @Test("one run: every chart is there, with its numbers, and nothing is loaded")
  func oneRun() throws {
    try HandmadeRun.withFolder { folder in
      let configuration = try resolved("epochs=2")
      let rewards = [0.25, 0.5, 0.75, 0.625]
      let run = try HandmadeRun(
        in: folder, "run", configuration,
        metrics: rewards.enumerated().map { HandmadeRun.metrics(reward: $1, step: $0 + 1) },
        completions: [
          HandmadeRun.completion(
            step: 1, "<think>1</think>2", correct: true, advantage: 1.5),
          HandmadeRun.completion(step: 4, "3", correct: false, advantage: -0.5),
        ])
      let page = try HTMLPage(RunReport([run.path], catalog).html)
      #expect(try page.loads.isEmpty && page.handlers.isEmpty)
      #expect(
        try page.texts("//h3") == [
          "Reward", "Loss", "Parts of the reward", "Length", "Entropy", "Clipped tokens",
          "Gradient ledger", "Gradient norm", "num_tokens", "reward_std",
        ])
      #expect(
        try page.texts("//p[@class='left-out']/b") == [
          "Before and after", "Divergence from the first policy",
        ])
      // Each chart three times, but for those of everything else.
      #expect(try page.count("//svg[contains(@class, 'plot')]") == 8 * 3 + 2)
      let reward = "//figure[figcaption/h3 = 'Reward']"
      for (axis, places) in [
        ("steps", "1 2 3 4"), ("tokens", "1000 2000 3000 4000"), ("seconds", "2 4 6 8"),
      ] {
        let series = reward + "/svg[contains(@class, 'by-\(axis)')]/g"
        #expect(try page.texts(series + "/@data-x") == [places])
        #expect(try page.texts(series + "/@data-y") == ["0.25 0.5 0.75 0.625"])
        #expect(
          try page.texts(series + "/polyline/@points").map { $0.split(separator: " ").count } == [4]
        )
      }
      // From 0 at 180 to 0.8 at 8, and from step 1 at 44 to step 4 at 340.
      #expect(
        try page.texts(reward + "/svg[1]/g/polyline/@points") == [
          "44,126.3 142.7,72.5 241.3,18.8 340,45.6"
        ])
      #expect(try page.texts(reward + "//tbody/tr/th") == ["1", "2", "3", "4"])
      #expect(
        try page.texts(reward + "//tbody/tr/td") == ["0.2500", "0.5000", "0.7500", "0.6250"])
      #expect(try page.texts(reward + "/ul//code") == ["reward"])
      #expect(try page.texts("//figure[figcaption/h3 = 'Gradient ledger']//polygon").count == 9)
      #expect(try page.texts("//article/p/b") == ["right", "wrong"])
      #expect(try page.texts("(//article)[1]//samp") == ["1+1=", "<think>1</think>2", "2"])
      #expect(try page.texts("//article//samp/span/@class") == ["more3", "less1"])
      #expect(try page.texts("//table[@class='fields']//th").contains("clip_high"))
      #expect(try page.count("//table[@class='fields']/tbody/tr[td[1] = '*']") == 1)
    }
  }

  @Test("what a policy or a suite wrote stays text")
  func hostileText() throws {
    try HandmadeRun.withFolder { folder in
      let lines = try Self.hostile.map {
        try HandmadeRun.completion(step: 1, $0, prompt: $0, correct: false, advantage: 0)
      }
      let configuration = try resolved("model=</title><script>alert(4)</script>")
      let run = try HandmadeRun(
        in: folder, "run", configuration,
        metrics: [["reward": 1, "rewards/<script>/mean": 0.5, "</svg>'": 3]], completions: lines)
      let html = try RunReport([run.path], catalog).html
      let page = try HTMLPage(html)
      #expect(try page.count("//script") == 1 && page.count("//img") == 0)
      #expect(try page.loads.isEmpty && page.handlers.isEmpty)
      let shown = try page.texts("//article/p[3]/samp")
      #expect(shown.dropLast() == Self.hostile.dropLast())
      #expect(shown.last == "a\\u{0}b\\u{1B}[31m\\u{202E}c\\u{FEFF}")
      #expect(try page.texts("//code").contains("rewards/<script>/mean"))
      #expect(!html.contains("alert(1)</script>") && !html.contains("<img"))
      #expect(html.contains("content=\"default-src &#39;none&#39;; style-src &#39;sha256-"))
    }
  }

  @Test("tokens have the colours of their own advantages where the run keeps them")
  func tokenAdvantages() throws {
    try HandmadeRun.withFolder { folder in
      // Nine tokens with the end mark: <think> 1 + 1 </think> 2 0 0 and the end.
      let values = [0.3, 0.2, 0.001, -3, -2.9, 0, 3, 3, 1.5]
      let run = try HandmadeRun(
        in: folder, "run", resolved(), metrics: [["reward": 1]],
        completions: [
          try HandmadeRun.completion(
            step: 1, "<think>1+1</think>200", correct: false, advantage: 0.2, advantages: values),
          // One too few: shown as a whole.
          try HandmadeRun.completion(
            step: 1, "<think>1+1</think>200", correct: false, advantage: -3,
            advantages: values.dropLast()),
        ])
      let page = try HTMLPage(RunReport([run.path], catalog).html)
      let first = "//article[1]/p[3]/samp/span"
      #expect(try page.texts(first) == ["<think>1", "+", "1</think>", "2", "00", "⏎"])
      #expect(
        try page.texts(first + "/@class") == ["more1", "even", "less3", "even", "more3", "more2"])
      #expect(
        try page.texts(first + "/@title").prefix(3) == [
          "advantage +0.2000 to +0.3000", "advantage +0.001000", "advantage −3 to −2.900",
        ])
      #expect(try page.texts("//article[2]/p[3]/samp/span") == ["<think>1+1</think>200"])
      #expect(try page.texts("//article[2]/p[3]/samp/span/@class") == ["less3"])
    }
  }

  @Test("a critic has charts of its own where there is one")
  func critic() throws {
    try HandmadeRun.withFolder { folder in
      let run = try HandmadeRun(
        in: folder, "run", resolved("algorithm=ppo"),
        metrics: [["value/mean": 0.5, "value/return_mean": 0.75, "vf_loss": 0.125]])
      let page = try HTMLPage(RunReport([run.path], catalog).html)
      #expect(
        try page.texts("//section[h2 = 'The critic']//h3") == [
          "Loss of the critic", "Value and return",
        ])
      #expect(try page.texts("//section[h2 = 'The critic']//p[@class='left-out']/b") == [])
    }
  }

  @Test("settings that can't matter are said, not drawn as zeros")
  func idleSettings() throws {
    try HandmadeRun.withFolder { folder in
      // Its note names clip_low too.
      let configuration = try resolved("variant=bnpo")
      let run = try HandmadeRun(
        in: folder, "run", configuration,
        metrics: [["clip_ratio/low_mean": 0, "clip_ratio/high_mean": 0, "reward": 1]])
      let page = try HTMLPage(RunReport([run.path], catalog).html)
      let said = try page.texts("//p[@class='left-out'][b = 'Clipped tokens']")
      #expect(said.count == 1 && said[0].contains("every probability ratio is 1"))
      #expect(try page.count("//figure[figcaption/h3 = 'Clipped tokens']") == 0)
      #expect(try page.texts("//h1") == ["grpo, variant bnpo on arithmetic"])
      #expect(try page.texts("//ul[@class='notes']/li").contains { $0.contains("clip_low") })
    }
  }

  @Test("a run of sft, a run without steps, and one that stopped in a line")
  func sparseRuns() throws {
    try HandmadeRun.withFolder { folder in
      let supervised = try HandmadeRun(
        in: folder, "sft", resolved("algorithm=sft"), metrics: [["loss": 2], ["loss": 1]])
      let page = try HTMLPage(RunReport([supervised.path], catalog).html)
      #expect(try page.texts("//h3") == ["Loss"])
      #expect(try page.texts("//p[@class='left-out']/b").contains("Completions"))
      #expect(try page.texts("//p[@class='left-out'][b = 'Reward']")[0].contains("no reward"))

      let empty = try HandmadeRun(in: folder, "empty", resolved(), metrics: [])
      #expect(try HTMLPage(RunReport([empty.path], catalog).html).count("//figure") == 0)

      let cut = try HandmadeRun(in: folder, "cut", resolved(), metrics: [["reward": 1]])
      try cut.write("{\"step\": 1, \"reward\": 0.5}\n{\"step\": 2, \"rew", "metrics.jsonl")
      let notes = try HTMLPage(RunReport([cut.path], catalog).html).texts("//ul[@class='notes']/li")
      #expect(notes.contains { $0.contains("isn't whole, and is left out") })
    }
  }

  @Test(
    "a damaged line is an error with its place",
    arguments: [
      ("metrics.jsonl", "{\"step\": 1}\n{\"step\": 1}\n", ":2: its step is missing"),
      ("metrics.jsonl", "{\"step\": 1}\n[]\n", ":2: it is no object"),
      ("metrics.jsonl", "{\"step\": 1, \"reward\" 3}\n", ":1:22: it isn't JSON"),
      ("completions.jsonl", "{\"prompt\": 1}\n", ":1: it has no step"),
      ("completions.jsonl", "{\"prompt\": nil, \"step\": 1}\n", ":1:12: it isn't JSON"),
    ])
  func damage(name: String, text: String, expected: String) throws {
    try HandmadeRun.withFolder { folder in
      let run = try HandmadeRun(in: folder, "run", resolved(), metrics: [["reward": 1]])
      try run.write(text, name)
      let error = try #require(throws: TrainingError.self) { try RunReport([run.path], catalog) }
      #expect("\(error)".contains(run.path + "/" + name + expected), "\(error)")
      #expect("\(error)".contains("take another copy"))
    }
  }

  @Test("a checkpoint that can't be read leaves out the scores, and is said")
  func damagedCheckpoint() throws {
    try HandmadeRun.withFolder { folder in
      let run = try HandmadeRun(in: folder, "run", resolved(), metrics: [["reward": 1]])
      try run.write("nothing", "checkpoints/step-000001.tar.zst")
      let page = try HTMLPage(RunReport([run.path], catalog).html)
      #expect(
        try page.texts("//ul[@class='notes']/li").contains {
          $0.contains("checkpoint can't be read")
        })
      #expect(try page.count("//figure[figcaption/h3 = 'Reward']") == 1)
    }
  }

  @Test("long runs: points are means of neighbouring steps, and completions are few")
  func longRun() throws {
    try HandmadeRun.withFolder { folder in
      let steps = 1000
      let run = try HandmadeRun(
        in: folder, "run", resolved(),
        metrics: (1...steps).map { ["reward": Double($0 % 5)] },
        completions: try (1...steps).flatMap { step in
          try (0..<20).map { _ in
            try HandmadeRun.completion(step: step, "2", correct: true, advantage: 0)
          }
        })
      let page = try HTMLPage(RunReport([run.path], catalog).html)
      let values = try page.texts("//figure[figcaption/h3 = 'Reward']/svg[1]/g/@data-y")[0]
      #expect(values.split(separator: " ") == Array(repeating: "2", count: 200))
      #expect(
        try page.texts("//ul[@class='notes']/li").contains(
          "Each point of a curve is the mean of 5 steps."))
      #expect(try page.count("//article") == 256)
      let shown = try page.texts("//details[contains(@class, 'step')]/summary/text()[1]")
      #expect(shown.first == "step 1 " && shown.last == "step 1000 " && shown.count == 16)
    }
  }
}
