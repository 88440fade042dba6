// The two functions that the trainer looks for in the library; nothing to change here.
import CVerifier
import Verifiers

/// Says which header the library was built with.
@_cdecl("hone_verifier_version")
public func honeVerifierVersion() -> Int32 { HONE_VERIFIER_VERSION }

/// Hands a completion to `Judge` and its verdict back; 0 for a score, 1 for a failure.
@_cdecl("hone_verifier_score")
public func honeVerifierScore(
  _ item: UnsafePointer<hone_item>, _ verdict: UnsafeMutablePointer<hone_verdict>
) -> Int32 {
  let item = item.pointee
  var columns: [String: String] = [:]
  for column in UnsafeBufferPointer(start: item.columns, count: item.column_count) {
    columns[text(column.name)] = text(column.value)
  }
  let problem = Problem(
    task: text(item.task), prompt: text(item.prompt), answer: text(item.reference),
    columns: columns)
  let completion = Completion(text: text(item.completion), isFinished: item.finished != 0)
  let judge = Judge()
  switch judge.verify(completion, of: problem) {
  case .score(let score):
    verdict.pointee.reward = score.reward
    // A part without a value stays NaN, which the trainer takes for a failure.
    for (place, name) in judge.partNames.enumerated() where place < verdict.pointee.part_count {
      verdict.pointee.parts[place] = score.parts[name] ?? .nan
    }
    return 0
  case .failure(let reason):
    let room = verdict.pointee.error_size
    for (place, byte) in reason.utf8.prefix(max(0, room - 1)).enumerated() {
      verdict.pointee.error[place] = CChar(bitPattern: byte)
      verdict.pointee.error[place + 1] = 0
    }
    return 1
  }
}

private func text(_ text: hone_text) -> String {
  String(decoding: UnsafeRawBufferPointer(start: text.bytes, count: text.count), as: UTF8.self)
}
