internal import Kernels

/// The critic's loss on a batch: the mean over its tokens, however the policy's loss is divided.
///
/// Reads the columns `oldValues` and `returns`.
package struct ValueObjective: Objective {
  /// The loss of one completion.
  package let loss: ValueLoss

  package init(_ loss: ValueLoss) { self.loss = loss }

  package var reads: Reading { .values }

  package func write(_ unit: ObjectiveUnit) -> ValueLossSums {
    let weight = 1 / Double(max(unit.batch.countedTokens, 1))
    var sums = ValueLossSums()
    for sequence in unit.sequences {
      guard let old = unit.column(.oldValues, sequence),
        let returns = unit.column(.returns, sequence)
      else { preconditionFailure("a critic's loss needs values and returns") }
      sums += unit.output(\.values, sequence).withSpan { new in
        old.withSpan { old in
          returns.withSpan { returns in
            unit.gradient(\.values, sequence).withMutableSpan { slopes in
              loss.write(
                newValues: new, oldValues: old, returns: returns, weight: weight, slopes: &slopes)
            }
          }
        }
      }
    }
    return sums
  }
}

extension ValueLossSums: ObjectiveSums {}
