package import Verifiers
package struct TaskSuite: Sendable {
  package let name: String
  package let verifier: any Verifier
  package func problem(at i: Int, split: Split) -> WorkedProblem {
    var h = UInt64(bitPattern: Int64(i)) &* 0x9E3779B97F4A7C15 ^ (split == .test ? 12345 : 0)
    func next() -> UInt64 { h ^= h >> 31; h = h &* 0xBF58476D1CE4E5B9; h ^= h >> 27; return h }
    func number() -> Int { let d = next() % 3; return Int(next() >> 8) % (d == 0 ? 10 : d == 1 ? 100 : 1000) }
    let (a, b) = (number(), number())
    var steps: [String] = []; var (x, y, c) = (a, b, 0)
    repeat { let s = x % 10 + y % 10 + c
      steps.append("\(x % 10)+\(y % 10)" + (c > 0 ? "+1" : "") + "=\(s)"); c = s / 10; x /= 10; y /= 10 } while x > 0 || y > 0
    return WorkedProblem(problem: Problem(task: "addition", prompt: "\(a)+\(b)=", answer: "\(a+b)"), demonstration: Completion(reasoning: steps.joined(separator: ","), answer: "\(a+b)").text)
  }
  package func distinctProblems(split: Split, count: Int) -> [WorkedProblem] { (0..<count).map { problem(at: $0, split: split) } }
  package init() throws { name = "arithmetic"; verifier = try BuiltInVerifiers.make("numeric", weights: nil) }
}
