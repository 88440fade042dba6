/// The mean, 0 for none.
package func mean(_ values: some Collection<Double>) -> Double {
  values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}

/// The median, of an even number the mean of the two in the middle.
///
/// - Precondition: there is at least one value.
package func median(_ values: some Collection<Double>) -> Double {
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
