import Kernels
import TestSupport
import Testing

@Suite struct PhiloxTests {
  /// `Tests/Fixtures/philox.json`: the authors' published answers, and more of two libraries.
  struct Golden: Decodable {
    struct Case: Decodable {
      let rounds: Int
      let counter: [UInt32]
      let key: [UInt32]
      let result: [UInt32]
    }
    let published: [Case]
    let more: [Case]
  }

  @Test func agreesWithThePublishedAnswers() throws {
    let golden = try Fixture.json("philox.json", as: Golden.self)
    #expect(golden.published.count >= 6 && golden.more.count == 32)
    for one in golden.published + golden.more {
      let philox = Philox(key: SIMD2(one.key[0], one.key[1]))
      let block = philox.block(
        SIMD4(one.counter[0], one.counter[1], one.counter[2], one.counter[3]), rounds: one.rounds)
      #expect([block.x, block.y, block.z, block.w] == one.result)
    }
  }

  @Test func seedsAndPurposesHaveTheirOwnStreams() {
    var seen = Set<SIMD2<UInt32>>()
    let seeds: [UInt64] = [0, 1, 2, 1 << 32, .max]
    for seed in seeds {
      for purpose in 1...7 as ClosedRange<UInt32> {
        seen.insert(Philox(seed: seed, purpose: purpose).key)
      }
    }
    #expect(seen.count == 35)
    #expect(Philox(seed: 5, purpose: 2) == Philox(seed: 5, purpose: 2))
  }

  @Test func uniformsFillTheUnitInterval() {
    let philox = Philox(seed: 1, purpose: 1)
    let draws = 100_000
    var (sum, bins) = (0.0, [Int](repeating: 0, count: 16))
    for draw in 0..<draws {
      let u = philox.uniform(SIMD4(UInt32(draw), 7, 0, 0))
      #expect(u >= 0 && u < 1)
      sum += Double(u)
      bins[Int(u * 16)] += 1
    }
    #expect(abs(sum / Double(draws) - 0.5) < 5 * 0.2887 / Double(draws).squareRoot())
    let expected = Double(draws) / 16
    let chiSquare = bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) }
    #expect(chiSquare / expected < 15 + 5 * 30.0.squareRoot())
  }

  @Test func normalsHaveTheMomentsOfANormal() {
    let philox = Philox(seed: 2, purpose: 1)
    let draws = 50_000
    var (mean, square, fourth, product) = (0.0, 0.0, 0.0, 0.0)
    for draw in 0..<draws {
      let pair = philox.normals(SIMD4(0, 0, UInt32(draw), 0))
      let (a, b) = (Double(pair.x), Double(pair.y))
      mean += (a + b) / 2
      square += (a * a + b * b) / 2
      fourth += (a * a * a * a + b * b * b * b) / 2
      product += a * b
    }
    let n = Double(draws)
    // Five standard errors each, 2n numbers (n for the product).
    #expect(abs(mean / n) < 5 / (2 * n).squareRoot())
    #expect(abs(square / n - 1) < 5 * (2 / (2 * n)).squareRoot())
    #expect(abs(fourth / n - 3) < 5 * (96 / (2 * n)).squareRoot())
    #expect(abs(product / n) < 5 / n.squareRoot())
  }
}
