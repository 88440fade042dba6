/// One item per worker of a parallel loop, which uses it alone.
package struct Workers<Item>: @unchecked Sendable {
  private let items: [Item]

  package init(_ items: [Item]) { self.items = items }

  package subscript(worker: Int) -> Item { items[worker] }
}
