/// Works a boolean expression out in short form, one operation after the other.
///
/// `not ( True ) and ( False or True )` becomes `!T&(F|T)=F&(F|T)=F&T=F`: parentheses around a single
/// value are dropped, then each state copies the one before with its leftmost possible operation
/// done. `a|b` has to wait while an `&` or `!` beside it could still claim one of its sides.
func booleanReduction(of expression: BooleanExpression) -> String {
  var symbols = Array(expression.symbols.utf8)
  dropIdleParentheses(&symbols)
  var states = [String(decoding: symbols, as: UTF8.self)]
  while symbols.count > 1, reduceOnce(&symbols) {
    dropIdleParentheses(&symbols)
    states.append(String(decoding: symbols, as: UTF8.self))
  }
  return states.joined(separator: "=")
}

private func isValue(_ symbol: UInt8) -> Bool {
  symbol == UInt8(ascii: "T") || symbol == UInt8(ascii: "F")
}

/// Turns every `(T)` into `T`, again and again.
private func dropIdleParentheses(_ symbols: inout [UInt8]) {
  var place = 1
  while place + 1 < symbols.count {
    if isValue(symbols[place]), symbols[place - 1] == UInt8(ascii: "("),
      symbols[place + 1] == UInt8(ascii: ")")
    {
      symbols.replaceSubrange((place - 1)...(place + 1), with: [symbols[place]])
      place = max(1, place - 1)
    } else {
      place += 1
    }
  }
}

/// Does the leftmost operation whose sides are values; false where there is none.
private func reduceOnce(_ symbols: inout [UInt8]) -> Bool {
  let (yes, no) = (UInt8(ascii: "T"), UInt8(ascii: "F"))
  let (not, and, or) = (UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: "|"))
  for place in symbols.indices {
    if symbols[place] == not, place + 1 < symbols.count, isValue(symbols[place + 1]) {
      symbols.replaceSubrange(place...(place + 1), with: [symbols[place + 1] == yes ? no : yes])
      return true
    }
    guard isValue(symbols[place]), place + 2 < symbols.count, isValue(symbols[place + 2]) else {
      continue
    }
    let before = place > 0 ? symbols[place - 1] : nil
    let after = place + 3 < symbols.count ? symbols[place + 3] : nil
    let (left, right) = (symbols[place] == yes, symbols[place + 2] == yes)
    if symbols[place + 1] == and, before != not {
      symbols.replaceSubrange(place...(place + 2), with: [left && right ? yes : no])
      return true
    }
    if symbols[place + 1] == or, before != not, before != and, after != and {
      symbols.replaceSubrange(place...(place + 2), with: [left || right ? yes : no])
      return true
    }
  }
  return false
}
