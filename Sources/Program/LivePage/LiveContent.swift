internal import Synchronization

/// What a client that stays connected is sent.
enum StreamKind: Sendable, Hashable {
  case pictures
  case states
}

/// The newest picture and the newest state, and who is told of them. Whoever brings a new one never waits for those who
/// read: they are woken, and take what is then the newest.
final class LiveContent: Sendable {
  /// A value with the number of its arrival.
  struct Numbered: Sendable {
    var bytes: [UInt8] = []
    /// 0 where there is none yet.
    var number = 0
  }

  private struct Values {
    var newest: [StreamKind: Numbered] = [:]
    var subscribers: [Int: (kind: StreamKind, wake: AsyncStream<Void>.Continuation)] = [:]
    var lastSubscriber = 0
    var hasEnded = false
  }

  private let values = Mutex(Values())
  /// How many may be subscribed to each kind.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func put(_ bytes: [UInt8], as kind: StreamKind) {
    values.withLock { values in
      values.newest[kind] = Numbered(bytes: bytes, number: (values.newest[kind]?.number ?? 0) + 1)
      for subscriber in values.subscribers.values where subscriber.kind == kind { subscriber.wake.yield() }
    }
  }

  func newest(_ kind: StreamKind) -> Numbered { values.withLock { $0.newest[kind] ?? Numbered() } }

  /// Wakes all subscribers though there is nothing new, so that connections are used and lost ones are noticed.
  func wakeAll() {
    values.withLock { values in for subscriber in values.subscribers.values { subscriber.wake.yield() } }
  }

  /// Wakes one subscriber, unless something newer has come than it has seen.
  fileprivate func wake(_ number: Int, unlessNewerThan seen: Int) {
    values.withLock { values in
      guard let subscriber = values.subscribers[number], values.newest[subscriber.kind]?.number == seen else { return }
      subscriber.wake.yield()
    }
  }

  /// Ends all subscriptions; there are none afterwards.
  func end() {
    values.withLock { values in
      values.hasEnded = true
      for subscriber in values.subscribers.values { subscriber.wake.finish() }
    }
  }

  var isUnused: Bool { values.withLock { $0.subscribers.isEmpty } }

  /// Subscribes to one kind; nil where as many are as may be, or all has ended.
  func subscribe(to kind: StreamKind) -> Subscription? {
    // Of wake-ups that came while a client was slow one is kept.
    let (signals, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    return values.withLock { values in
      guard !values.hasEnded, values.subscribers.values.count(where: { $0.kind == kind }) < limit else { return nil }
      values.lastSubscriber += 1
      values.subscribers[values.lastSubscriber] = (kind, wake)
      wake.yield()
      return Subscription(number: values.lastSubscriber, kind: kind, signals: signals, content: self)
    }
  }

  fileprivate func unsubscribe(_ number: Int) {
    let removed = values.withLock { $0.subscribers.removeValue(forKey: number) }
    removed?.wake.finish()
  }
}

/// One client's place among the subscribers: it is free again when nothing refers to this any more.
final class Subscription: Sendable {
  private let number: Int
  let kind: StreamKind
  /// Comes when there may be something new; ends with the content.
  let signals: AsyncStream<Void>
  let content: LiveContent

  fileprivate init(number: Int, kind: StreamKind, signals: AsyncStream<Void>, content: LiveContent) {
    self.number = number
    self.kind = kind
    self.signals = signals
    self.content = content
  }

  deinit { content.unsubscribe(number) }

  /// Wakes this subscriber in a moment, unless something newer than what it has seen does it before.
  func wakeAgain(after seen: Int) {
    let (number, content) = (number, content)
    Task {
      try await Task.sleep(for: .milliseconds(100))
      content.wake(number, unlessNewerThan: seen)
    }
  }
}
