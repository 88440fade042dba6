import PluginHost
import Testing
import Verifiers

@Suite struct PluginProtocolTests {
  /// What becomes of lines that a program writes, whatever they are.
  private func read(_ line: [UInt8]) -> Verdict {
    PluginProtocol.verdict(
      ofLine: line, parts: ["correctness"], rewards: 0...1)
  }

  @Test(arguments: [
    (#"{"id":0,"reward":1,"parts":{"correctness":1}}"#, 1.0),
    (#" { "id" : 0 , "reward" : 0.25 , "parts" : { "correctness" : -3e-2 } } "#, 0.25),
    ("{\"parts\":{\"correctness\":0},\"reward\":0,\"id\":0}\r", 0),
    (#"{"id":0.0,"reward":1.0E0,"parts":{"correctness":1e+0}}"#, 1),
    (#"{"\u0069d":0,"reward":1,"parts":{"correct\u006eess":1}}"#, 1),
  ])
  func goodAnswersAreRead(_ line: String, _ reward: Double) {
    guard case .score(let score) = read(Array(line.utf8)) else {
      Issue.record("\(read(Array(line.utf8)))")
      return
    }
    #expect(score.reward == reward)
    #expect(Array(score.parts.keys) == ["correctness"])
  }

  @Test(arguments: [
    ("", "not a JSON object"), ("null", "not a JSON object"), ("[1]", "not a JSON object"),
    ("{", "broken"), (#"{"id":"#, "broken JSON at column 7: the text ends"),
    ("{}", "without an id"), ("{}{}", "after the end"),
    (#"{"id":}"#, "broken"),
    (#"{"id":0,}"#, "broken"), (#"{"id":0"#, "broken"), (#"{"id":00}"#, "broken"),
    (#"{"id":0 "reward":1}"#, "broken"), (#"{"id":.5}"#, "broken"), (#"{"id":1.}"#, "broken"),
    (#"{"id":1e}"#, "broken"), (#"{"id":-}"#, "broken"), (#"{"id":+1}"#, "broken"),
    (#"{"id":0x1}"#, "broken"), (#"{'id':0}"#, "broken"), (#"{id:0}"#, "broken"),
    (#"{"id":"0"}"#, "without an id"), (#"{"id":0.5}"#, "without an id"),
    (#"{"id":1e99}"#, "without an id"), (#"{"id":NaN}"#, "without an id"),
    (#"{"id":0,"id":1}"#, "the key 'id' occurs twice"), (#"{"id":0}"#, "neither a reward nor"),
    (#"{"id":0,"reward":1e999,"parts":{"correctness":1}}"#, "the reward is inf"),
    (#"{"id":0,"reward":-Infinity}"#, "the reward is -inf"),
    (#"{"id":0,"reward":nan}"#, "the reward is nan"),
    (#"{"id":0,"reward":null}"#, "the reward is null"),
    (#"{"id":0,"reward":[1]}"#, "the reward is an array"),
    (#"{"id":0,"reward":-0.1,"parts":{"correctness":1}}"#, "outside 0.0 to 1.0"),
    (#"{"id":0,"reward":1,"parts":[1]}"#, "parts is an array"),
    (#"{"id":0,"reward":1,"parts":{"correctness":"1"}}"#, "the part 'correctness' is a string"),
    (#"{"id":0,"error":3}"#, "the error is a number"),
    (#"{"id":0,"error":"x","reward":1}"#, "an error and a score"),
    (#"{"id":0,"error":"\ud800"}"#, "broken"), (#"{"id":0,"error":"\ud800\u0041"}"#, "broken"),
    (#"{"id":0,"error":"\x41"}"#, "broken"), (#"{"id":0,"error":"\u12g4"}"#, "broken"),
    ("{\"id\":0,\"error\":\"\t\"}", "broken"), (#"{"id":0,"error":"x}"#, "broken"),
    (#"{"id":0,"note":"hi","reward":1}"#, "an unknown key 'note'"),
    (String(repeating: "[", count: 60_000), "not a JSON object"),
    (#"{"id":"# + String(repeating: "[", count: 60_000), "nested deeper"),
    (
      #"{"id":0,"x":"# + String(repeating: "[", count: 10) + String(repeating: "]", count: 9) + "}",
      "broken"
    ),
  ])
  func otherLinesAreFailures(_ line: String, _ message: String) throws {
    let reason = try #require(read(Array(line.utf8)).reason)
    #expect(reason.contains(message), "\(reason)")
  }

  @Test func pluginsOwnWordsAreMadeReadable() {
    #expect(
      read(Array(#"{"id":0,"error":"a\u0007b\nc\u001b[1m\ud83d\ude42"}"#.utf8))
        == .failure("it could not judge: a b c [1m🙂"))
    let long = String(repeating: "y", count: 1000)
    #expect(
      read(Array(#"{"id":0,"error":"\#(long)"}"#.utf8)).reason
        == "it could not judge: " + long.prefix(300) + "…")
  }

  @Test func problemsAreRead() throws {
    func read(_ line: String) throws -> SourcedProblem? {
      try PluginProtocol.problem(ofLine: Array(line.utf8))
    }
    #expect(
      try read(#"{"id":0,"prompt":"1+1=","answer":"2","columns":{"seed":"7"}}"#)
        == SourcedProblem(prompt: "1+1=", answer: "2", columns: ["seed": "7"]))
    #expect(
      try read(#"{"id":0,"prompt":"?","answer":null}"#)
        == SourcedProblem(prompt: "?", answer: "", columns: [:]))
    #expect(try read(#"{"id":0,"prompt":null}"#) == nil)
    #expect(throws: SourceError.refused("no such set")) {
      try read(#"{"id":0,"error":"no such set"}"#)
    }
    for (line, message) in [
      (#"{"id":0}"#, "a problem without a prompt"),
      (#"{"id":0,"prompt":""}"#, "a problem without a prompt"),
      (#"{"id":0,"prompt":1}"#, "the prompt is a number, not a string"),
      (#"{"id":0,"prompt":"x","answer":1}"#, "the answer is a number, not a string"),
      (#"{"id":0,"prompt":"x","columns":[]}"#, "columns is an array, not an object"),
      (#"{"id":0,"prompt":"x","columns":{"a":1}}"#, "the column 'a' is a number, not a string"),
      (#"{"id":0,"prompt":"x","error":"y"}"#, "an error and a problem at once"),
      (
        #"{"id":0,"reward":1}"#,
        "an unknown key 'reward'; a problem has id, prompt, answer, columns or error"
      ),
    ] {
      #expect(throws: SourceError.failed(at: 0, message)) { try read(line) }
    }
  }
}
