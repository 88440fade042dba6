import Analysis
import Foundation
import TestSupport
import Testing

@Suite("Reports: a shadow verifier")
struct ReportShadowTests {
  private func metrics(_ step: Int, divergence: Int) -> [String: Double] {
    HandmadeRun.metrics(reward: 0.5, step: step).merging([
      "shadow/reward": step < 4 ? 0.5 : 0.25, "shadow/gap": step < 4 ? 0 : 0.25,
      "shadow/failures": 0, "shadow/parted": step < divergence ? 0 : Double(divergence),
    ]) { $1 }
  }

  @Test("both curves in one chart, a line where they diverge, and a sentence")
  func divergence() throws {
    try HandmadeRun.withFolder { folder in
      let completion = try HandmadeRun.completion(step: 1, "2", correct: true, advantage: 1)
        .replacing(#""step":1"#, with: #""shadow":{"parts":{"step":3},"reward":0.25},"step":1"#)
      let run = try HandmadeRun(
        in: folder, "run", resolved(), metrics: (1...8).map { metrics($0, divergence: 6) },
        completions: [completion])
      let page = try HTMLPage(RunReport([run.path], catalog).html)
      let figure = "//figure[figcaption/h3 = 'Reward']"
      #expect(try page.texts(figure + "/ul//code") == ["reward", "shadow/reward"])
      #expect(
        try page.texts(figure + "/svg[1]/g/@data-y") == [
          "0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5", "0.5 0.5 0.5 0.25 0.25 0.25 0.25 0.25",
        ])
      // Step 6 of 1 to 8, between 44 and 340, once for each axis; also in the chart of the gap.
      #expect(try page.texts(figure + "/svg[1]/line[@class='diverged']/@x1") == ["255.4"])
      #expect(try page.count("//line[@class='diverged']") == 6)
      let sentence = "reward and shadow diverge at step 6: reward 0.50 → 0.50, shadow 0.50 → 0.25"
      #expect(try page.texts(figure + "/svg[1]/line[@class='diverged']/title") == [sentence])
      #expect(try page.texts("//ul[@class='notes']/li").contains(sentence))
      #expect(try page.texts("//h3").contains("Gap between reward and shadow"))
      #expect(try page.texts("//h3").contains("shadow/failures"))
      #expect(try !page.texts("//h3").contains("shadow/parted"))
      #expect(try page.texts("//article/p[@class='facts']").contains { $0.contains("shadow 0.25") })
    }
  }

  @Test("without a divergence there is no line, without a shadow no word of it")
  func quiet() throws {
    try HandmadeRun.withFolder { folder in
      let run = try HandmadeRun(
        in: folder, "run", resolved(), metrics: (1...8).map { metrics($0, divergence: 9) })
      let page = try HTMLPage(RunReport([run.path], catalog).html)
      #expect(try page.count("//line[@class='diverged']") == 0)
      #expect(
        try page.texts("//ul[@class='notes']/li").contains("reward and shadow don't diverge"))
      let plain = try HandmadeRun(
        in: folder, "plain", resolved(),
        metrics: (1...8).map { HandmadeRun.metrics(reward: 0.5, step: $0) })
      let html = try RunReport([plain.path], catalog).html
      #expect(!html.contains("shadow/") && !html.contains("and shadow"))
    }
  }
}
