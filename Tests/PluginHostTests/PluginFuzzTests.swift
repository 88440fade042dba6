import Foundation
import JSON
import PluginHost
import Testing
import Verifiers

/// Whatever bytes a program writes are a verdict: never a crash, never a hang, never another value
/// than the one that another reader of JSON finds.
///
/// A second of it in the usual tests; HONE_FUZZ_SECONDS sets more. The seed is printed first, and
/// HONE_FUZZ_SEED goes through the same bytes again.
@Suite("Plugins: any bytes", .serialized, .timeLimit(.minutes(60)))
struct PluginFuzzTests {
  private static let variables = ProcessInfo.processInfo.environment
  private static let seconds = variables["HONE_FUZZ_SECONDS"].flatMap(Double.init) ?? 1

  /// Repeats a body with ever new random numbers for a share of the time.
  private func fuzz(
    _ name: String, share: Double, _ body: (inout FuzzRandom, Comment) -> Void
  ) {
    let first =
      Self.variables["HONE_FUZZ_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0..<1 << 32)
    print("fuzzing \(name): HONE_FUZZ_SEED=\(first)")
    let end = ContinuousClock.now + .seconds(Self.seconds * share)
    var seed = first
    repeat {
      var random = FuzzRandom(state: seed)
      body(&random, "HONE_FUZZ_SEED=\(seed)")
      seed += 1
    } while ContinuousClock.now < end
    print("fuzzed \(name): \(seed - first) seeds")
  }

  @Test func linesAreReadAsAnotherReaderDoesOrRefused() {
    fuzz("lines", share: 0.5) { random, seed in
      for _ in 0..<200 {
        let line = random.line()
        compare(line, seed)
        let verdict = PluginProtocol.verdict(
          ofLine: line, parts: ["correctness"], rewards: 0...1)
        if case .score(let score) = verdict {
          #expect(
            (0...1).contains(score.reward) && Array(score.parts.keys) == ["correctness"]
              && score.parts.values.allSatisfy(\.isFinite), seed)
          #expect(PluginProtocol.objection(toGreeting: line, plugin: "faulty") != nil, seed)
        }
      }
    }
  }

  /// What the plugin's reader accepts is what Foundation's finds, and what it calls broken is broken.
  private func compare(_ line: [UInt8], _ seed: Comment) {
    let peer = try? JSONSerialization.jsonObject(with: Data(line))
    do throws(JSONError) {
      let value = FuzzTree(try PluginLines.members(of: line[...]))
      // NaN and Infinity aren't JSON: only the plugin's reader takes them, to name them.
      guard value.isFinite else { return }
      #expect(peer != nil, "\(seed): \(shown(line))")
      let found = try? JSONDecoder().decode(FuzzTree.self, from: Data(line))
      // Foundation's decoder refuses numbers that are closer to zero than double precision has.
      guard found != nil || !value.hasTiny else { return }
      #expect(found == value, "\(seed): \(shown(line))")
    } catch {
      // Foundation also reads UTF-16 and -32, which have zero bytes, takes a byte order mark, and lets
      // a comma stand before a closing bracket.
      let dense = line.filter { ![0x20, 0x09, 0x0D].contains($0) }
      let hasLastComma = zip(dense, dense.dropFirst()).contains {
        $0 == 0x2C && [0x5D, 0x7D].contains($1)
      }
      let isPlain = !line.contains(0) && !line.starts(with: [0xEF, 0xBB, 0xBF]) && !hasLastComma
      if isPlain && error.kind == .syntax {
        #expect(!(peer is [String: Any]), "\(seed): \(shown(line))")
      }
    }
  }

  private func shown(_ line: [UInt8]) -> String {
    String(decoding: line.prefix(300), as: UTF8.self)
  }

  @Test func objectsAreReadAsTheyWereWritten() {
    fuzz("objects", share: 0.25) { random, seed in
      for _ in 0..<50 {
        let tree = FuzzTree.random(depth: 0, &random)
        var line: [UInt8] = []
        tree.write(to: &line, &random)
        let members = try? PluginLines.members(of: line[...])
        #expect(members.map(FuzzTree.init) == tree, "\(seed): \(shown(line))")
      }
    }
  }

  @Test func piecesOfAnySizeMakeTheSameLines() {
    fuzz("pieces", share: 0.25) { random, seed in
      var stream: [UInt8] = []
      for _ in 0..<random.below(30) {
        stream += random.line().filter { $0 != 0x0A }
        stream += [UInt8](repeating: 0x0A, count: 1 + random.below(2))
      }
      stream += random.line().filter { $0 != 0x0A }
      let parts = stream.split(separator: 0x0A, omittingEmptySubsequences: false)
      var lines = PluginLines()
      var read: [[UInt8]] = []
      var (place, begun) = (0, 0)
      while place < stream.count {
        let largest = [3, 200, 65_536][random.below(3)]
        let piece = stream[place..<min(stream.count, place + 1 + random.below(largest))]
        place += piece.count
        lines.bytes += piece
        while let line = lines.next() { read.append(Array(line)) }
        let isTooLong = lines.dropRead()
        begun = piece.lastIndex(of: 0x0A).map { piece.endIndex - $0 - 1 } ?? begun + piece.count
        #expect(isTooLong == (begun > PluginLines.longest), seed)
        #expect(lines.hasPart == (begun > 0), seed)
      }
      #expect(read == parts.dropLast().map(Array.init), seed)
    }
  }
}
