/// Wilson's score interval for a share of successes.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927). Unlike
/// the textbook interval it stays within 0 and 1 and has a width at 0 and at all successes.
package struct WilsonInterval: Sendable, Equatable {
  /// The lower end; exactly 0 for no success.
  package let low: Double
  /// The upper end; exactly 1 for no failure.
  package let high: Double

  /// The two-sided 95 % quantile of the normal distribution.
  package static let z95 = 1.959963984540054

  /// Makes the interval of so many successes in independent trials.
  ///
  /// - Parameters:
  ///   - successes: from 0 to `trials`.
  ///   - trials: none gives the whole range from 0 to 1.
  ///   - z: the normal quantile of the confidence wanted; 95 % if not given.
  package init(successes: Int, trials: Int, z: Double = z95) {
    precondition(trials >= 0 && (0...trials).contains(successes), "0 <= successes <= trials")
    precondition(z > 0 && z.isFinite, "a normal quantile above 0")
    guard trials > 0 else {
      low = 0
      high = 1
      return
    }
    let count = Double(trials)
    let share = Double(successes) / count
    let scale = 1 / (1 + z * z / count)
    let centre = (share + z * z / (2 * count)) * scale
    let half = z * scale * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
    low = successes == 0 ? 0 : max(centre - half, 0)
    high = successes == trials ? 1 : min(centre + half, 1)
  }
}
