internal import Foundation

/// How the learning rate changes after the warm-up.
package enum LearningRateShape: String, Sendable, CaseIterable, Codable {
  /// It stays at the peak.
  case constant
  /// It falls in a straight line.
  case linear
  /// It falls along half a cosine (Loshchilov and Hutter, arXiv 1608.03983, equation 5).
  case cosine
}

/// The learning rate of each optimizer update: a linear warm-up, then a shape.
///
/// A pure function of the update's number and of what is spent of a token budget, so that a resumed
/// run needs no state for it.
package struct LearningRateSchedule: Sendable, Equatable {
  /// The largest rate.
  package let peak: Double
  /// What follows the warm-up.
  package let shape: LearningRateShape
  /// Updates of warm-up.
  package let warmUpUpdates: Int
  /// Updates of the whole run.
  package let totalUpdates: Int
  /// What `linear` and `cosine` fall to, as a fraction of the peak.
  package let finalFraction: Double

  package init(
    peak: Double, shape: LearningRateShape, warmUpUpdates: Int, totalUpdates: Int,
    finalFraction: Double = 0
  ) {
    precondition(peak >= 0 && peak.isFinite, "a learning rate is not negative")
    precondition(warmUpUpdates >= 0 && totalUpdates >= 0, "counts of updates")
    precondition((0...1).contains(finalFraction), "a fraction of the peak")
    self.peak = peak
    self.shape = shape
    self.warmUpUpdates = warmUpUpdates
    self.totalUpdates = totalUpdates
    self.finalFraction = finalFraction
  }

  /// The rate of an update, the first being 0.
  ///
  /// No update of a run has rate 0: of w updates of warm-up the first has 1 / w of the peak and the
  /// last has the peak, and the fall would reach the final fraction at the update after the last one.
  /// Updates past the end of the run keep the final fraction.
  ///
  /// - Parameter spent: the share of the run's token budget that earlier updates used up. Where it says
  ///   that more of the run is over than the update's number does, the fall follows it.
  package func rate(update: Int, spent: Double = 0) -> Double {
    precondition(update >= 0 && spent >= 0, "updates count from 0")
    if update < warmUpUpdates { return peak * (Double(update + 1) / Double(warmUpUpdates)) }
    let length = Double(max(totalUpdates - warmUpUpdates, 1))
    let progress = min(max(Double(update - warmUpUpdates) / length, spent), 1)
    let height =
      switch shape {
      case .constant: 1.0
      case .linear: 1 - progress
      case .cosine: 0.5 * (1 + cos(Double.pi * progress))
      }
    return peak * (finalFraction + (1 - finalFraction) * height)
  }
}
