// Every bound of the program in one table: what is not here is not bounded, which is a bug.
// long because it is one table: the bounds of all parts stand beside each other.

const KiB = 1024;
const MiB = 1024 * KiB;
const second = 1000;

const nameBytes = 255;
const textBytes = 64 * KiB;

export const limits = {
  hub: {
    /** A name, in bytes of UTF-8. A longer text is no name. */
    nameBytes,
    /** A room's or group's name, in bytes of UTF-8. A longer text is no name of a room. */
    roomNameBytes: 64,
    /** One message text, in UTF-16 units; each dialect has a bound of its own, smaller or equal. Longer: refused. */
    textBytes,
    /**
     * Messages that wait for one recipient, and their bytes. More are refused as full, except of senders who have less
     * than the least there: they are refused at the most, so that nobody fills a mailbox for others.
     */
    pendingPerRecipient: 100_000,
    pendingPerRecipientMost: 200_000,
    pendingBytesPerRecipient: 64 * MiB,
    pendingBytesPerRecipientMost: 128 * MiB,
    pendingBytesLeast: 128 * KiB,
    /** Bytes of one sender that wait for one recipient. More of theirs are refused as full. */
    pendingBytesPerSender: 16 * MiB,
    /** Bytes that wait for all guests, who have what waits in memory. More are refused as for one recipient. */
    pendingBytesOfGuests: 256 * MiB,
    /** Where less waits for a recipient, it is not counted by sender, because that costs more than a message. */
    pendingBytesUncounted: 64 * KiB,
    /** What one message is counted for besides its text, in bytes. */
    messageOverheadBytes: 256,
    /**
     * Open rooms that exist at once. One more takes the place of the oldest in which nobody is; where somebody is in
     * each, it is refused. And the rooms of one user: more are refused until the server stops, or the user leaves.
     */
    rooms: 10_000,
    roomsPerCreator: 100,
    /** Groups that exist at once, of one creator, and to which one user belongs. More are refused. */
    groups: 100_000,
    groupsPerCreator: 100,
    groupsPerMember: 250,
    /** Invitations that one user has made and that wait for an answer. More are refused. */
    invitationsPerInviter: 2_000,
    /**
     * Invitations that wait for one user, and those of one inviter among them. More are refused. When all places are
     * taken, an inviter who has none among them may still make one, up to the most: no stranger shuts friends out.
     */
    invitationsPerInvited: 250,
    invitationsPerInvitedOfOne: 10,
    invitationsPerInvitedMost: 1_000,
    /** Members of one group. More are refused. */
    groupMembers: 1_000,
    /** Codes that let somebody register and are still good. More are refused. */
    invites: 10_000,
    /** Accounts that the hub keeps in memory as it last found them. Over this number, all are read anew. */
    cachedAccounts: 10_000,
    /**
     * Attachments that wait for one recipient, and those of one sender among them. More are refused as full. When all
     * places are taken, a sender who has less than the least among them may still send, up to the most.
     */
    attachmentsPerRecipient: 10_000,
    attachmentsPerRecipientMost: 20_000,
    attachmentsPerSender: 500,
    attachmentsLeast: 10,
    /** Attachments that one list names: the oldest, or the next ones. */
    attachmentsListed: 32,
    /** File offers of one session that are open at once. More are refused. */
    offersPerSession: 64,
    /** Bans by name and by network, and mutes, of the whole server. More are refused until others end. */
    bans: 10_000,
    mutes: 10_000,
    /** Bans of one room, mutes, and members with a rank. More of each are refused. */
    roomRules: 100,
    /** Members whom one act puts out of a room up to which those who stay are told of each. */
    putOutTold: 100,
    /** People whom one user blocks. More are refused. */
    blocks: 1_000,
    /** A room's topic, the reason of an act, and what is told to everybody, in bytes of UTF-8. Longer: refused. */
    topicBytes: 390,
    reasonBytes: 390,
    announcementBytes: 2 * KiB,
    /** Rows of one list for moderators. The rest comes with the next one. */
    listedRows: 500,
    /** Faults of the ledger that are told one by one. A ledger with more is broken anyway. */
    ledgerFaults: 100,
    /**
     * Bytes of the disk, or a share of a small one, that messages and all else that lasts leave free. What would use them
     * is refused as `storage`. Files stop earlier, and what was stored can still be delivered and erased.
     */
    diskFreeBytes: 64 * MiB,
    diskFreeShare: 0.05,
    /** How old what is known of the disk's space may be, in ms. */
    diskLookMs: 1 * second,
    /** Pages in the write-ahead log that start a checkpoint: about 16 MiB, so that no commit takes long. */
    checkpointPages: 4_000,
  },
  history: {
    /** How long what was said is kept, in ms, and the longest that the operator may say instead. 0: nothing is. */
    keptMs: 30 * 24 * 3600 * second,
    keptMsMost: 36_500 * 24 * 3600 * second,
    /** Bytes of history in all; over it the oldest entries are removed, whose ever they are. */
    bytes: 4 * 1024 * MiB,
    /**
     * The share of that which one account may have written, and all guests together. What they say beyond it is delivered,
     * and not written down, until something of theirs has expired.
     */
    authorShare: 0.25,
    /** What an entry is counted for besides its text, in bytes: its row, its places in two indexes. */
    entryOverheadBytes: 128,
    /** Private conversations of one account with guests. What comes in a further one is delivered, and not written down. */
    conversationsPerAccount: 10_000,
    /** Conversations that the hub keeps in memory as it last found them. Over this number, all are read anew. */
    cachedConversations: 10_000,
    /** Entries of one page where nothing is said, the most that may be asked for, and their bytes: a page may be shorter. */
    pageEntries: 100,
    pageEntriesMost: 500,
    pageBytes: 128 * KiB,
    /** Changed entries of one page. */
    pageChanges: 64,
    /** Conversations of one list. More come with the next one. */
    pageConversations: 500,
    /** Marks that one may put to an entry, the UTF-16 units of each, and how many of those who did are named. */
    marksOfOne: 8,
    markLength: 16,
    namedReactors: 20,
    /** Open rooms that one account keeps while it is away. More are refused. */
    keptRooms: 250,
    /** Authors who are told that a member has what they said. More are not. */
    toldAuthors: 64,
    /** Unread entries of one conversation that are counted; more count as so many. */
    unreadCounted: 1_000,
    /** Words of one search, and the letters that the beginning of a word must have to stand for more than itself. */
    searchedWords: 16,
    beginningLetters: 3,
    /** Places of an asker from which on a word is first looked for everywhere, and how often it may be there for that. */
    searchedPlaces: 8,
    searchedFirst: 256,
    /** Found entries that one search looks at before it answers with what it has, and where to go on. */
    searchedEntries: 2_000,
    /** Entries that are not in the index yet and are looked through one by one: the newest. Older ones are found later. */
    searchedTail: 5_000,
    /** How many times as long as a slice of the index took the next one waits at least: it takes a share of the processor. */
    indexRests: 32,
    /** How often entries come into the index of words, in ms. */
    indexMs: 1 * second,
    /** How long what is said in rooms waits to be written down, in ms, in entries and bytes. A crash may lose so much. */
    roomMs: 80,
    roomEntries: 512,
    roomBytes: 1 * MiB,
  },
  journal: {
    /**
     * Commands applied in one transaction, and the least where answering takes long. The rest comes in the next one.
     * A command whose answer lists much counts as one more for so many items.
     */
    batchCommands: 256,
    batchCommandsLeast: 4,
    itemsPerCommand: 16,
    /** Commands of one connection that are applied in a row while others wait. */
    commandsInARow: 4,
    /** How long the answers of one batch, and what they cause, may take, in ms. Then the next batch is smaller. */
    answersMs: 8,
    /** How long commands are applied in one transaction, in ms. The rest comes in the next one. */
    batchMs: 4,
    /** Commands between two looks at the clock. */
    clockCommands: 32,
    /** Places in the log that a start leaves free: more commands than come between two that last. */
    startGap: 1_000_000,
    /** Commands submitted and not committed yet, over all connections. More are refused as overloaded. */
    queuedCommands: 100_000,
    /** Turns of the event loop for which a settlement waits for a batch that it can join. Then it makes one. */
    settlementTurns: 4,
    /**
     * A sync of the disk gathers commands before it begins, where as many were just answered: for at most its own time
     * divided by this.
     */
    syncsPerGathering: 6,
    /** Syncs of the disk that are under way at once: while one is, others may already wait for the next. */
    syncsAtOnce: 2,
    /** When an owed command is tried again after the disk has failed, in ms. */
    storageRetryMs: 1 * second,
    /**
     * How far the clock may be from the time that has passed since it was right, in ms, and how long it must then go on
     * without another jump until it counts as right, in ms.
     */
    clockJumpMs: 3600 * second,
    clockProofMs: 3600 * second,
    /** How often the operator is told that the disk fails, in ms. */
    storageWarnMs: 60 * second,
    /** How long an outcome is remembered by its idempotency key, in ms. */
    outcomeMs: 24 * 3600 * second,
    /** Outcomes remembered for one account. Of more, its own first ones are forgotten. */
    outcomesPerAccount: 10_000,
  },
  durability: {
    /** A sync that takes longer, in ms, belongs beside the event loop. */
    slowSyncMs: 0.5,
    /** By so many more commits must another way of syncing be suited than by this one, before it is looked into. */
    doubts: 5,
    /** The least time between two looks at how fast the disk is, in ms, and the most while it is slow. */
    proofLeastMs: 1 * second,
    proofMs: 30 * second,
    /** How often what is left of the log is copied until it may start again, and the pause between, in ms. */
    restartTries: 20,
    restartPauseMs: 1,
    /** How long one thread waits for the other's lock on the database, in ms. Then its transaction fails. */
    lockMs: 5 * second,
  },
  quota: {
    /**
     * What one connection, account and address (IPv6: a /64) may ask for, of each kind of command (commands.ts): at once,
     * and a second in the long run. More is refused as rate-limited. Flags change it.
     */
    rates: {
      /**
       * Everything that a peer sends. More is not refused: it is read later. Bytes count besides, but not a file's, and so
       * do those who are told in a room.
       */
      requests: {
        connection: { burst: 1_000, perSecond: 500 },
        account: { burst: 2_000, perSecond: 1_000 },
        address: { burst: 100_000, perSecond: 10_000 },
      },
      /** Everything that lasts or that others are told, except the kinds below. */
      messages: {
        connection: { burst: 5_000, perSecond: 200 },
        account: { burst: 5_000, perSecond: 200 },
        address: { burst: 50_000, perSecond: 2_000 },
      },
      /** Names taken: guests and accounts that come in. */
      names: {
        connection: { burst: 50, perSecond: 1 },
        account: { burst: 200, perSecond: 5 },
        address: { burst: 2_000, perSecond: 50 },
      },
      /** Accounts registered, and given back. */
      registrations: {
        connection: { burst: 50, perSecond: 1 },
        account: { burst: 50, perSecond: 1 },
        address: { burst: 1_000, perSecond: 2 },
      },
      /** Rooms and groups created. */
      rooms: {
        connection: { burst: 100, perSecond: 1 },
        account: { burst: 100, perSecond: 1 },
        address: { burst: 500, perSecond: 2 },
      },
      /** Acts of moderators, blocks and invitations to the server: each that is done leaves an entry for good. */
      moderation: {
        connection: { burst: 100, perSecond: 1 },
        account: { burst: 100, perSecond: 1 },
        address: { burst: 500, perSecond: 2 },
      },
    },
    /** A text of so many UTF-16 units counts as one message more, and so many bytes as one request more. */
    textUnit: 8 * KiB,
    bytesUnit: 8 * KiB,
    /** So many of a room who are told of something count as one request more of who caused it; a long text as several. */
    toldUnit: 64,
    toldText: 4 * KiB,
    /** How long a peer who asks too often rests at most before it is read again, in ms, and one who was refused. */
    restMs: 100,
    refusedMs: 20,
    /** Addresses and accounts that are remembered. Over this number, the first are forgotten: they count from zero. */
    subjects: 100_000,
  },
  credentials: {
    /** Keys of one account. More are refused. */
    keysPerAccount: 50,
    /** Recovery codes that an account gets at once; new ones take the place of those before. */
    recoveryCodes: 8,
    /** What its owner calls a key, in characters; a longer text is cut. */
    labelCharacters: 64,
    /** A password, in characters and in bytes; one that is shorter or longer is refused. */
    passwordCharacters: 8,
    passwordBytes: 255,
    /** Memory that checking a password takes, in KiB, and how often it goes over that. */
    passwordMemory: 19 * KiB,
    passwordPasses: 2,
    /** Passwords that are checked at once, and that wait for it. More are refused as overloaded. */
    passwordsAtOnce: 2,
    passwordsWaiting: 64,
    /** How long a password that was right counts as right for who shows it again, in ms, and how many are remembered. */
    rememberedMs: 300 * second,
    remembered: 1_000,
    /** Wrong credentials that one address (IPv6: a /64) may show: at once, and a second in the long run. */
    failures: { burst: 5, perSecond: 5 / 60 },
    /** The pause before each answer to an address that has shown more, in ms, and the longest such wait; then it is refused. */
    failurePauseMs: 10 * second,
    failureWaitMs: 40 * second,
    /** How old what is known of a credential's last use may become, in ms. */
    usedMs: 24 * 3600 * second,
  },
  delivery: {
    /**
     * Messages of one recipient held in memory for delivery. The rest stays in the store. Where it is more, its senders
     * take turns.
     */
    window: 32,
    /** Invitations that a user who comes in is told of at once, and the pause until the next of them, in ms. */
    introducedAtOnce: 32,
    introductionRestMs: 1,
    /** The lowest port that is called: those below are of system services. For a lower one CONNECT gets 3. */
    calledPortLeast: 1024,
    /** How long after the CONNECT answer a refused dial is tried again, in ms: after each of these pauses, in ms. */
    dialGraceMs: 1 * second,
    dialRetriesMs: [50, 150, 400],
    /** After an error on a call that was made: tried again after these pauses, in ms. */
    callRetriesMs: [1 * second, 5 * second, 30 * second],
    /** Confirmations that wait for one address. More are dropped. */
    receiptsPerAddress: 10_000,
  },
  net: {
    /** Commands of one connection that have no outcome. At this number the connection is not read until all have one. */
    outstandingRequests: 64,
    /**
     * One turn of a connection: messages taken, their bytes, and ms. The rest waits until all other connections that
     * wait have had a turn.
     */
    turnRequests: 128,
    turnBytes: 256 * KiB,
    turnMs: 2,
    /** One round of turns: messages taken, and ms. What comes then waits for the next turn of the event loop. */
    roundRequests: 1_024,
    roundMs: 4,
    /**
     * Who took fewer messages and bytes in each of their turns, in so many rounds, has their turn before all who took
     * more, for at most half of each round.
     */
    quietRequests: 16,
    quietBytes: 16 * KiB,
    quietRounds: 4,
    /** Messages between two looks at the clock. */
    clockRequests: 16,
    /** How often in a row a session may say that it took a message, and have taken no byte. Then it is our bug. */
    takesInVain: 8,
    /** Bytes received that no session has taken. Over it the connection is not read. */
    inboxBytes: 256 * KiB,
    /**
     * The same over all connections. Over it, an address with the most loses connections, half-received messages first,
     * which are looked for among so many.
     */
    inboxBytesInAll: 32 * MiB,
    heldLooks: 64,
    /** How long a peer who is behind may take nothing before it counts as one who does not read, in ms. */
    idleReaderMs: 1 * second,
    /** How long such a connection is no longer read before it is dropped, in ms: its peer would only come again. */
    frozenMs: 30 * second,
    /** Bytes that come after our end and are read before the peer rests for a moment; a peer with a file does not. */
    thrownBytes: 64 * KiB,
    /**
     * What the system takes in of one connection before it is read, in bytes, or up to twice as many; and of one with a file.
     * With less than a segment of this machine's own network, 64 KiB, a sender waits for its timer again and again.
     */
    receiveBufferBytes: 64 * KiB,
    receiveBufferBytesOfFile: 1 * MiB,
    /** Bytes that wait for one peer to read them. Over it the peer is dropped as too slow. */
    sendQueueBytes: 4 * MiB,
    /** How long a peer may take none of what waits for it, in ms. Then it is dropped as too slow. */
    stalledMs: 300 * second,
    /**
     * The share of what may wait for a peer from which on what others say is counted by who said it. What would leave
     * less room than the reserve, or than its speaker has filled, the peer is not told. Of private messages as much is told
     * at once as the first share, and the rest waits.
     */
    backlogShare: 1 / 16,
    backlogReserveShare: 1 / 4,
    /** Characters that are told one by one where so many are said in a row: the peer may be behind before all are told. */
    longRun: 256 * KiB,
    /** Bytes that wait for a peer from which on nothing more is read from it. */
    unreadBytes: 32 * KiB,
    /**
     * Bytes that wait for all peers who do not read. Over this total, an address with the most loses connections, first
     * the one that has been behind for the longest time. One peer may have such a share of what is left, so that what
     * others say never fills it, and the least in any case.
     */
    sendQueueBytesInAll: 32 * MiB,
    sendQueueShares: 8,
    sendQueueBytesLeast: 16 * KiB,
    /** Bytes that leave in one write; who has more waiting is behind. */
    writeBytes: 64 * KiB,
    /** Pieces that are made one where the peer is behind, in bytes: each takes more than its bytes. */
    smallPieceBytes: 1 * KiB,
    /** File descriptors that connections may not use: they are for files, the database and calls. */
    descriptorsReserved: 768,
    /** File descriptors that are assumed where the system does not tell, and where it tells no limit. */
    descriptorsGuess: 1024,
    descriptorsUnlimited: 1_000_000,
    /** Connections that are let in however few descriptors there are: in all, and from one address. */
    connectionsLeast: 16,
    connectionsPerAddressLeast: 8,
    /** The share of all connections that one address may have. Loopback has no bound. */
    addressShare: 0.25,
    /** Messages that wait in a session for a peer who confirms each. Of a speaker, as many as there is room left. */
    unansweredPerPeer: 16_384,
    /** How long the first bytes of a connection are held while they may yet be another dialect's, in ms after the last. */
    startMs: 100,
    /** Bytes of a first line that begins as HTTP does and may yet be none; a longer one ends the connection. */
    firstLineBytes: 2 * KiB,
    /** How long a handshake of TLS may take, with what a proxy says before it, in ms; then the connection is dropped. */
    handshakeMs: 30 * second,
    /** How long handshakes are begun in a row, in ms. The rest waits until everybody else had a turn. */
    handshakesMs: 4,
    /** Bytes of a handshake that waits for its turn; a connection that sends more is dropped. */
    helloBytes: 16 * KiB,
    /** How often the operator is told of a proxy that does not name its peers, for each door, in ms. */
    unnamedMs: 60 * second,
    /** What a proxy says of a peer, in bytes; a longer header ends the connection. */
    proxyHeaderBytes: 4 * KiB,
    /** How long a whole request may take, or the first one of a lasting connection, in ms. */
    requestMs: 30 * second,
    /** After how much silence the system asks an entered user's connection whether it still stands, in ms. */
    keepAliveMs: 10 * second,
    /** How long a connection that we ended may take to go, in ms. Then it is dropped. */
    closingMs: 5 * second,
    /** How long a peer may make no progress with a file, or with what was written before our end, in ms. */
    pieceMs: 120 * second,
    /** How often long waits are looked at, in ms. A wait of at least twice this time may end this much late. */
    sweepMs: 500,
    /** How long the server's own dial may take, in ms. */
    dialMs: 3 * second,
    /** The server's own calls that are under way at once, and those to one address. More wait. */
    calls: 512,
    callsPerAddress: 128,
  },
  files: {
    /** A file's base name, in bytes of UTF-8; a longer one is cut. */
    nameBytes: 255,
    /** Bytes of uploads held in memory until the disk has them: of one, of all together, and of one among very many. */
    spoolBytes: 1 * MiB,
    spoolBytesInAll: 64 * MiB,
    spoolBytesLeast: 64 * KiB,
    /** Bytes of a file that are read at once, and not before the peer has taken those before. */
    readBytes: 256 * KiB,
    /** Bytes that are reserved for a file ahead of those that came. Nothing is reserved for what was only announced. */
    reserveBytes: 16 * MiB,
    /** The share of all space for files that one account may take, and one address. More is refused as no-space. */
    ownerShare: 0.5,
    /** Files that one account, and one address, brings at once. More are refused as no-space. */
    uploadsPerOwner: 32,
    /** The fewest bytes of a file that come in such a time, in ms. A slower file is refused as too-slow. */
    leastBytes: 16 * KiB,
    leastMs: 60 * second,
    /** The share of the disk that stays free. An upload that would use it is refused. */
    diskFree: 0.05,
    /** How long an attachment waits for its recipient, in ms, and how many days the operator may say instead. */
    attachmentMs: 30 * 24 * 3600 * second,
    attachmentDaysMost: 36_500,
  },
  admin: {
    /** Programs of the operator's that are connected at once. More are let go. */
    connections: 16,
    /** A request to the operator's socket, in UTF-16 units. A longer one ends the connection. */
    lineBytes: 64 * KiB,
    /** How long an invite code is good where nobody says otherwise, in ms. */
    inviteMs: 7 * 24 * 3600 * second,
  },
  metrics: {
    /** How often the event loop is looked at, in ms, and from which delay on the operator is told of it, in ms. */
    lagEveryMs: 250,
    slowTurnMs: 100,
    /** How long a connection to the port for monitoring may be idle, in ms. */
    idleMs: 10 * second,
    /** How long a commit may take before the server is not ready, in ms. */
    readyMs: 1 * second,
    /** For how long a count of all that waits serves, in ms. */
    countedMs: 30 * second,
  },
  server: {
    /** How often what has expired is looked for, in ms. */
    maintenanceMs: 600 * second,
    /**
     * How long one slice of that may take, in ms: each removes as many rows, or pages of the database, as the one before
     * says that there is time for. And how many the first removes, and each at the most.
     */
    sliceMs: 2,
    sliceItemsFirst: 16,
    sliceItemsMost: 256,
    /** The pause between two slices, in ms. */
    maintenanceRestMs: 20,
    /** How often memory is given back that the database needs no more, in ms. */
    memoryMs: 10 * second,
    /** Free pages that the database keeps for what comes next, on disk and in memory; more are given back. */
    freePages: 1_024,
    /** How many days a certificate that `chat cert` makes may be valid. */
    certificateDaysMost: 3_650,
    /** How often the files of the certificate are looked at, in ms. */
    certificateLookMs: 5 * second,
    /** How long a server that stops waits for its peers, in ms, and how often it looks whether they are gone. */
    stopMs: 1.3 * second,
    stopPollMs: 10,
    /** How long it then waits for uploads to break off, and for the reader of its console, in ms. */
    stopFilesMs: 200,
    stopConsoleMs: 300,
    /** How long lines are collected between two writes to the console, in ms. */
    consoleRestMs: 20,
    /** Characters that wait for a console that nobody reads. Lines that come then are dropped and counted. */
    consoleBytes: 1 * MiB,
    /** After how long a console that took nothing is tried again, in ms: first, second, ... and then always the last. */
    consoleRetriesMs: [1, 2, 5, 10, 20, 50],
    /** Lines of the printed ledger that leave in one write. */
    ledgerLines: 1000,
  },
  text: {
    /** A name that must fit a frame of another dialect, in characters and in bytes; a longer one is cut. */
    shortNameCharacters: 32,
    shortNameBytes: 64,
    /**
     * Lines or messages that one text becomes in any dialect, and what they take there, in bytes. Of a longer text the
     * peer gets the first ones and then `…`; nobody is refused. Room for 64 KiB of text with lines of usual length.
     */
    parts: 1_000,
    partsBytes: 256 * KiB,
  },
  web: {
    /** Rows of one list for moderators on the page. The rest comes with the next one. */
    listedRows: 100,
    /** One message written as JSON, in bytes: a whole text, and what JSON adds to it. */
    jsonBytes: 192 * KiB,
    /** What a message takes besides a list in it, in bytes. */
    jsonFrameBytes: 4 * KiB,
    /** Users in one list written as JSON; of more, the first come. */
    jsonUsers: 10_000,
    /** Messages that one `undelivered` may ask about; a longer list is no request. */
    undeliveredSerials: 256,
    /** The client probes a connection that was quiet for so long, in ms; a late answer ends the connection, in ms. */
    pingMs: 15 * second,
    pongMs: 10 * second,
    /** The client's requests that are repeated until they are answered: so many are sent and unanswered at once. */
    reliableRequests: 32,
    /** The path of the temporary folder, in characters: a local socket in a longer one could not be opened. */
    folderLength: 64,
    /** The head of a request, in bytes; a longer one ends the connection. */
    headBytes: 16 * KiB,
    /** A quiet WebSocket is probed, and dropped where it does not answer, in ms. */
    idleMs: 60 * second,
    /** How old an answer about the server's health may be, in ms: so often, at most, a commit is made for it. */
    healthMs: 1 * second,
    /** Files that come in over HTTP at once. More are refused as busy. */
    uploads: 256,
    /** Tickets for files that are to go out, of one account. Of more, that account's first is dropped. */
    ticketsPerAccount: 64,
    /** Of more in all, the first of the account that has the most is dropped. */
    tickets: 10_000,
    /** How long each lives, in ms. */
    ticketMs: 60 * second,
  },
  page: {
    /** Messages of one account that the browser stores; over this number the oldest are forgotten. */
    storedMessages: 5000,
    /** Messages of a conversation that is not on the screen; of more, the oldest are fetched again when they are read. */
    keptMessages: 400,
    /** How long reading waits to be told to the server, in ms, so that it is told once for many messages. */
    markMs: 400,
    /** Messages of a conversation drawn at once; so many more are drawn when the user scrolls to the first. */
    drawnMessages: 200,
    /** Lines, and UTF-16 units, of one message that are shown at first; the rest when the user wants it. */
    bubbleLines: 24,
    bubbleCharacters: 3_000,
    /** Lines in each pane of the transcript; over this number the oldest are dropped. */
    transcriptLines: 1000,
    /** Rows of the field for a message; a longer text is scrolled. */
    composerRows: 8,
    /** Tokens of one alias that are kept beside the one that is in use. Of more, the oldest is forgotten. */
    formerTokens: 8,
    /** The list of users is requested again after this time at the earliest, in ms. */
    usersPauseMs: 1 * second,
    /** An upload that broke off while the server could be reached is tried again after this time, in ms. */
    uploadRetryMs: 1 * second,
    /**
     * How long a message without a reply is sent again, in ms: less than `journal.outcomeMs`, after which the server
     * could take it twice. An older message counts as failed, and the user decides.
     */
    resendMs: 23 * 3600 * second,
  },
  client: {
    /** How long one dial may take, in ms. Then the next address of the server's name is tried. */
    connectMs: 10 * second,
    /** The pauses before a client that lost its server connects again, in ms. The last one repeats. */
    reconnectMs: [1 * second, 2 * second, 5 * second, 10 * second, 30 * second],
    /** Servers of this machine whose open doors are looked at where no port is named: the newest. */
    announcedServers: 16,
    /** How long such a door may take to answer, in ms. */
    probeMs: 500,
    /**
     * How long a server may acknowledge nothing of what a session's connection sent or asks, in ms; then it is lost. The
     * system asks after `net.keepAliveMs` of silence.
     */
    silentMs: 20 * second,
    /** How long a connection that said nothing must have stood, in ms, so that its loss is not one more failed attempt. */
    usefulMs: 3 * second,
    /** How long leaving may take for whatever reason, in ms, once the user or the system asks for it; then the program ends. */
    leavingMs: 1.7 * second,
    /** How long a reader of what we print may then stall, in ms. */
    lastLinesMs: 200,
    /** How long a message that may have been taken is sent again under its key, in ms: less than `journal.outcomeMs`. */
    keyedMs: 23 * 3600 * second,
    /** The pauses before one-shot sending tries again, where the user wants that, in ms. The last one repeats. */
    resendMs: [200, 500, 1 * second, 2 * second, 5 * second],
    /** Standard input that is sent as one message, in bytes, if the dialect has no bound. Over this, it is refused. */
    inputBytes: 4 * MiB,
    /** How long a client that is about to exit waits for its last bytes to leave, or for a hint, in ms. */
    farewellMs: 1 * second,
    /** How long a server may take to answer one-shot sending, in ms; then the connection is dropped. */
    answerMs: 10 * second,
    /**
     * How long a server that acknowledges what it was sent may say nothing of it, in ms, where it need not answer; then the
     * message counts as sent.
     */
    unansweredMs: 1 * second,
    /** How long what a server says in words of its own waits for the words of the source, in ms; then it is the answer. */
    otherWordsMs: 150,
    /** How long one-shot sending that knows all its answers waits for the server's goodbye, in ms; then it exits. */
    partingMs: 100,
    /** How long a server may take to finish when a user leaves an interactive session, in ms. */
    goodbyeMs: 1 * second,
    /** Names that a client remembers for completion; of more, the oldest are forgotten. */
    names: 10_000,
    /** Messages that the listener has received and the client has not shown. Over this, further calls wait. */
    callWindow: 64,
    /** The longest `--linger`, in ms: no timer can wait longer (24 days). A longer one is cut to it. */
    lingerMs: 2 ** 31 - 1,
    /** Entries of one folder that are read to complete a path; of more, the others are not offered. */
    listedFiles: 10_000,
    /** Servers whose certificates are remembered. Over this, the first are forgotten that an authority vouched for. */
    knownServers: 1_000,
    /** Names of users that are remembered for the completion of shells; of more the oldest are forgotten. */
    knownNames: 200,
    /** How long `chat doctor` waits for a server to answer a dial, in ms. */
    doctorMs: 5 * second,
    /** Files and connections at once below which `chat doctor` warns. */
    descriptorsAdvised: 4_096,
    /** A clock that is behind this time is wrong, in ms since 1970: 1 November 2026. */
    oldestClockMs: 1_793_491_200_000,
    /** The file of the user's keys, in bytes; a larger one is refused. */
    keyFileBytes: 1 * MiB,
    /** Servers for which the last user is remembered. Over this, the oldest are forgotten. */
    rememberedServers: 100,
    /** The base name of a saved file, in bytes of UTF-8, so that it fits a folder with a number added. A longer one is cut. */
    savedNameBytes: 200,
    /** The characters of its extension, with the dot. A longer one is cut. */
    savedExtensionLength: 16,
    /** How many names (`name (2)`, `name (3)`) are tried for a saved file. If all are taken, it cannot be saved. */
    savedNameAttempts: 1_000,
  },
  terminal: {
    /** The line being typed, in UTF-16 units. An edit that would make it longer is refused. */
    lineLength: 64 * KiB,
    /** A line of a script, in UTF-16 units. A longer one arrives in pieces. */
    scriptLineLength: 1 * MiB,
    /** Lines entered and not yet handled. Over this, a line is refused. */
    pendingLines: 100_000,
    /** Lines that are shown while they wait for the one before; the others are counted. */
    waitingLines: 4,
    /** Lines remembered for the arrow keys. Over this, the oldest are forgotten. */
    historyLines: 1_000,
    /** How long no key was pressed by a user who is away, in ms: what then comes is marked as new. */
    awayMs: 60 * second,
    /** Candidates that one completion lists; the others are counted. */
    listedCandidates: 200,
    /** Lines printed in one turn that wait to be written together. Over this, they are written at once. */
    printedLines: 1_000,
    /** How long an unfinished escape sequence waits for its rest, in ms. Then it counts as the Escape key, or as noise. */
    escapeMs: 50,
    /** An escape sequence, in characters. A longer one is dropped: no keyboard sends it. */
    sequenceLength: 32,
    /** How much of one paste is held, in UTF-16 units. A longer one arrives in pieces. */
    pasteLength: 1 * MiB,
    /** How soon the program goes on if the system did not stop it at Ctrl-Z (there is no shell to return to), in ms. */
    stopMs: 50,
    /** The pause between two drawings of the transfers, in ms. */
    redrawMs: 100,
    /** Transfers that have a line of their own; the others are counted. */
    transferLines: 4,
    /** The time over which a transfer's rate is averaged, in ms: long enough to be steady, short enough to be true. */
    rateMs: 3 * second,
    /** The shortest time that a rate is measured over, in ms. What came in a shorter one is counted with the next. */
    rateStepMs: 50,
  },
  mailbox: {
    /** The name of a request's operation, in bytes; a longer one is no operation, and the connection is closed. */
    operationBytes: 32,
    /**
     * How long a request's last field may be late, in ms, where some peers leave it out; then it counts as left out.
     */
    optionalFieldMs: 200,
    /**
     * How much longer the server looks for the rest of a REGISTER or SENDATTACH that stopped where the edition of 2025-26
     * does, in ms: what came while the server was busy is read before it takes the request for the short form.
     */
    lastLookMs: 20,
    /** With `--strict`, how long such a request may stand there, in ms, before it is refused. */
    strictMs: 1 * second,
    /**
     * How long the server waits for the peer to end a call, in ms, and how long with a peer that has let one stand
     * before. Then the message counts as delivered, or as failed if the peer has ever ended a call.
     */
    silentMs: 2 * second,
    silentAgainMs: 200,
    /** Calls that the lines of one text become for a client that has never ended a call; the last has the other lines. */
    unprovedLines: 16,
    /** One field of a server's reply or call, in bytes; the client drops a server that sends more. */
    replyFieldBytes: 16 * KiB,
    /** How long the rest of a reply may be late once its code has come, in ms; then the client makes do with what came. */
    restMs: 1 * second,
    /** How long a list that has come whole waits for users who were not counted, in ms, where the server does not end. */
    surplusMs: 100,
    /** Users in one list that a client takes; of more the rest is not read. */
    listedUsers: 1_000_000,
    /** How long a client takes a message that comes again for a repeat and does not show it, in ms. */
    repeatMs: 60 * second,
    /** Messages, names of users, and names of files that a client remembers; beyond it the oldest are forgotten. */
    remembered: 10_000,
    /** Files under way while their user types on; the next command waits for one more. */
    transfersUnattended: 8,
    /** Files that a session hands out itself because its server does not keep them; of more the first are forgotten. */
    servedFiles: 1_000,
    /** How many of them leave at once; who asks for one more gets nothing. */
    servedAtOnce: 8,
    /** How long the client holds a note about a file back until the server has answered ATTACHES, in ms. */
    attachesMs: 1 * second,
    /**
     * How often a session asks whether the server still has its user, in ms, and how long the answer may take: a lost
     * server or registration is noticed within 30 s.
     */
    watchMs: 15 * second,
    watchAnswerMs: 10 * second,
    /** How long a leaving client waits for what is under way, and then for its DISCONNECT, in ms; then it exits. */
    leaveMs: 1 * second,
  },
  groups: {
    /** A header block with its last empty line, in bytes; a longer one is refused and ends the connection. */
    headerBytes: 8 * KiB,
    /** A body, which is a text or a piece of a file, in bytes; a longer one is refused and ends the connection. */
    bodyBytes: 64 * KiB,
    /** A body that the client takes, in bytes: a list of users may be longer than any text, but the inbox must hold it. */
    listBytes: 128 * KiB,
    /** An `Id` or a `Token`, in bytes; a longer one is refused and ends the connection. */
    idBytes: 64,
    /** How long a client may take to confirm a message, in ms; then its connection is dropped. */
    confirmMs: 20 * second,
    /** Users whose leaving one client is told of because it talked with them; of more it is not told. */
    contacts: 10_000,
    /** After so long without a word from the server the client asks it for the list, in ms. */
    quietMs: 10 * second,
    /** How long the server may take to answer that, in ms; then the client takes it for lost. */
    silentMs: 5 * second,
    /** Files that waited for a user and are offered when they come in; the rest when they come again. */
    offeredAtLogin: 1_000,
    /** A person is told that a message is stored when it was not delivered for so long, in ms. */
    storedMs: 1 * second,
    /** File offers that the client keeps until its user decides; of more the oldest are forgotten. */
    offersUndecided: 1_000,
  },
  channels: {
    /** A client's name, in characters; a longer one is taken for none. */
    nameCharacters: 32,
    /** A name in front of a text, in bytes, so that both fit a frame; a longer one is cut. */
    shownNameBytes: 144,
  },
  market: {
    /** An identifier, in characters; a longer one is refused. */
    nameCharacters: 32,
    /** The longest line that a client may send, in bytes without its end; a longer one is thrown away and refused. */
    lineBytes: textBytes,
    /** The longest line that the server sends, in bytes: a text, its sender's name and the note of a file. */
    serverLineBytes: textBytes + 4 * nameBytes,
    /** The longest text that fits a line behind any command, in bytes. */
    textBytes: textBytes - 2 * nameBytes,
    /** What has no line end counts as a line when nothing has come behind it for so long, in ms. */
    standingMs: 150,
    /** How long a server may say nothing to a new client, in ms; then the client's user is told that it may be no market. */
    greetingMs: 0.7 * second,
    /** How long a client may take to answer the question for its balance, in ms; then the server says goodbye. */
    questionMs: 600 * second,
  },
  irc: {
    /** A line with CR LF and without its tags, in bytes; a longer one is not done and answered 417. */
    lineBytes: 512,
    /** The tags of a client's line with the space behind them, in bytes; longer ones as above. */
    tagBytes: 4096,
    /** Bytes without a line end; over it nobody can say where a line begins, and the connection ends with ERROR. */
    unendedBytes: 16 * KiB,
    /** Bytes of a text that stand in one line, however long the names before it are. */
    leastTextBytes: 64,
    /** Parameters of a line; what stands behind the last one belongs to it. */
    params: 15,
    /** A guest's nick, in characters; a longer one is refused as 432. */
    nickCharacters: 32,
    /** What USER gave, in characters, and a real name or the text of AWAY, in bytes; longer ones are cut. */
    userCharacters: 16,
    aboutBytes: 390,
    /** One piece of AUTHENTICATE (longer: 905) and all pieces of one attempt (longer: 904), in characters of base64. */
    saslPiece: 400,
    saslBytes: 4 * KiB,
    /** Attempts of SASL on one connection that failed; then it ends. */
    saslFailures: 10,
    /** Rooms and groups in which one connection is at once; of more JOIN is refused as 405. */
    rooms: 100,
    /** Rooms and people that one line of JOIN, PART, KICK or NAMES may name; of more 407. And those of PRIVMSG and NOTICE. */
    targets: 100,
    messageTargets: 4,
    /** Nicks that one connection monitors; of more 734. */
    monitored: 100,
    /** How often one connection may change its AWAY and its real name, which others are told; more is refused as 263. */
    aboutChanges: { burst: 10, perSecond: 0.2 },
    /** Changes that one line of MODE may ask for; the rest is not looked at. */
    modes: 12,
    /** People who left, whom WHOWAS knows; of more the oldest are forgotten. */
    remembered: 1_000,
    /** How long a client may take to come in, in ms; then the connection ends with ERROR. */
    registerMs: 30 * second,
    /** After so long without a word the server says PING, and after so long more it ends the connection with ERROR, in ms. */
    quietMs: 120 * second,
    pongMs: 60 * second,
  },
  relay: {
    /** How long a display may take to answer a text, in ms; then the text counts as shown. */
    answerMs: 5 * second,
    /** How long a server may take to answer one-shot sending, the dial and the OI included, in ms. */
    sendMs: 30 * second,
    /** How long a client waits for its own display to show what its emitter has sent, in ms. */
    echoMs: 1 * second,
    /** Frames of its own that a client remembers because its display showed them before their OK came. */
    echoes: 1_000,
    /** Headers of no known kind in a row; then nobody can say where frames begin, and the connection ends. */
    strays: 16,
    /** Texts to a silent display whose late answers are still recognised; of more, the oldest are forgotten. */
    unanswered: 64,
    /** Frames that wait for one display. Of a speaker, as many as there is room left. */
    waiting: 2_048,
    /** Texts of one sender in a display's common queue; more of theirs wait in a queue of their own. */
    placesPerSender: 32,
  },
} as const;
