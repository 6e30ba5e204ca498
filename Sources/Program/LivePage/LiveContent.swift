internal import Dispatch
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

  private struct Subscriber {
    let kind: StreamKind
    /// Whether there may be something new: of wake-ups that came while a client was slow one is kept.
    var isWoken = true
    /// Makes one that waits go on.
    var resume: (@Sendable () -> Void)?

    /// Wakes it, and says how it goes on where it waits.
    mutating func wake() -> (@Sendable () -> Void)? {
      isWoken = true
      defer { resume = nil }
      return resume
    }
  }

  private struct Values {
    var newest: [StreamKind: Numbered] = [:]
    var subscribers: [Int: Subscriber] = [:]
    var lastSubscriber = 0
    var hasEnded = false
  }

  private let values = Mutex(Values())
  /// Not tasks: those wait where all threads that tasks share are taken.
  private let timers = DispatchQueue(label: "slowfast.live-page")
  /// How many may be subscribed to each kind.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Changes the values and wakes subscribers of which something is so.
  private func change(_ body: (inout Values) -> Void, waking isWoken: (Int, Subscriber) -> Bool) {
    let resumes = values.withLock { values in
      body(&values)
      return values.subscribers.filter { isWoken($0.key, $0.value) }.keys.compactMap { values.subscribers[$0]?.wake() }
    }
    // Not under the lock: the server takes one of its own.
    for resume in resumes { resume() }
  }

  func put(_ bytes: [UInt8], as kind: StreamKind) {
    change { values in
      values.newest[kind] = Numbered(bytes: bytes, number: (values.newest[kind]?.number ?? 0) + 1)
    } waking: {
      $1.kind == kind
    }
  }

  func newest(_ kind: StreamKind) -> Numbered { values.withLock { $0.newest[kind] ?? Numbered() } }

  /// Wakes all subscribers though there is nothing new, so that connections are used and lost ones are noticed.
  func wakeAll() {
    change { _ in
    } waking: { _, _ in
      true
    }
  }

  /// Wakes all subscribers again and again, until all ends.
  func wakeAll(every interval: Duration) {
    later(interval) { [weak self] in
      guard let self, !values.withLock({ $0.hasEnded }) else { return }
      wakeAll()
      wakeAll(every: interval)
    }
  }

  fileprivate func later(_ wait: Duration, _ body: @escaping @Sendable () -> Void) {
    let (seconds, attoseconds) = wait.components
    timers.asyncAfter(deadline: .now() + Double(seconds) + Double(attoseconds) * 1e-18, execute: body)
  }

  /// Ends all subscriptions; there are none afterwards.
  func end() {
    change {
      $0.hasEnded = true
    } waking: { _, _ in
      true
    }
  }

  var isUnused: Bool { values.withLock { $0.subscribers.isEmpty } }

  /// Subscribes to one kind; nil where as many are as may be, or all has ended.
  func subscribe(to kind: StreamKind) -> Subscription? {
    values.withLock { values in
      guard !values.hasEnded, values.subscribers.values.count(where: { $0.kind == kind }) < limit else { return nil }
      values.lastSubscriber += 1
      values.subscribers[values.lastSubscriber] = Subscriber(kind: kind)
      return Subscription(number: values.lastSubscriber, kind: kind, content: self)
    }
  }
}

// MARK: - Subscribers

extension LiveContent {
  /// Wakes one subscriber, unless something newer has come than it has seen.
  fileprivate func wake(_ number: Int, unlessNewerThan seen: Int) {
    var newest: [StreamKind: Int] = [:]
    change {
      newest = $0.newest.mapValues(\.number)
    } waking: {
      $0 == number && newest[$1.kind] == seen
    }
  }

  fileprivate func signal(to number: Int) -> Subscription.Signal {
    values.withLock { values in
      if values.hasEnded { return .ended }
      defer { values.subscribers[number]?.isWoken = false }
      return values.subscribers[number]?.isWoken == true ? .woken : .none
    }
  }

  fileprivate func wait(_ number: Int, _ resume: @escaping @Sendable () -> Void) {
    let isWoken = values.withLock { values in
      guard let subscriber = values.subscribers[number], !subscriber.isWoken, !values.hasEnded else { return true }
      values.subscribers[number]?.resume = resume
      return false
    }
    if isWoken { resume() }
  }

  fileprivate func unsubscribe(_ number: Int) { values.withLock { _ = $0.subscribers.removeValue(forKey: number) } }
}

/// One client's place among the subscribers: it is free again when nothing refers to this any more.
final class Subscription: Sendable {
  enum Signal {
    /// There may be something new.
    case woken
    /// Nothing since it was last asked.
    case none
    /// Nothing more comes.
    case ended
  }

  private let number: Int
  let kind: StreamKind
  let content: LiveContent

  fileprivate init(number: Int, kind: StreamKind, content: LiveContent) {
    self.number = number
    self.kind = kind
    self.content = content
  }

  deinit { content.unsubscribe(number) }

  /// Takes what has come since it was last asked.
  func signal() -> Signal { content.signal(to: number) }

  /// Has something called once, when there is a signal: at once where there is one already.
  func wait(_ resume: @escaping @Sendable () -> Void) { content.wait(number, resume) }

  /// Wakes this subscriber in a moment, unless something newer than what it has seen does it before.
  func wakeAgain(after seen: Int) {
    let number = number
    content.later(.milliseconds(100)) { [weak content] in content?.wake(number, unlessNewerThan: seen) }
  }
}
