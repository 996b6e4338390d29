-- Tells syslog which modules are loaded: a line a load, once a command, for modtally. It works in SitePackage.lua and
-- in lmod_config.lua, before or after hooks of the site's own. Nothing that fails here reaches who loads a module.
-- MODTALLY_TRACKING=no in a user's environment turns it off; with "tell", it tells the user instead of syslog.
pcall(function()
   local CLUSTER = @CLUSTER@ -- where neither LMOD_SYSHOST nor the node's name tells the cluster
   local SOCKET = @SOCKET@
   local TAG = "ModuleUsageTracking"
   local PRIORITY = 134 -- local0.info
   local PATIENCE_MS = 100 -- so long a syslog that is behind may keep a command waiting

   local hook = require("Hook")
   -- Where the hook stands in two files, it counts once.
   if hook.modtally then return end
   hook.modtally = true

   -- Only these load on behalf of a user. Others load again what was loaded: purge its sticky modules, refresh and
   -- update everything.
   local loading = { load = true, ["try-add"] = true, swap = true, restore = true, reset = true }

   local loads, of_path = {}, {}
   local is_system_default = false
   local before = ":" .. (os.getenv("_LMFILES_") or "") .. ":"

   -- Called when a modulefile has been loaded, while its frame is still on the stack.
   local function remember(t)
      if mode() ~= "load" then return end
      -- Where MODULEPATH changes, modules give way to their namesakes in another branch of the hierarchy, which nobody
      -- has asked for. One that comes back as it was before the command is no load at all.
      local is_exchange = (rawget(_G, "ReloadAllCntr") or 0) > 0
      if is_exchange and before:find(":" .. t.fn .. ":", 1, true) then return end
      -- A dependency is loaded from within another modulefile; a collection remembers that.
      local frames = require("FrameStk"):singleton()
      local is_direct = not is_exchange and frames:mt():stackDepth(frames:sn()) == 0
      local load = of_path[t.fn]
      if load then
         load.is_direct = load.is_direct or is_direct
         return
      end
      load = { module = t.modFullName, path = t.fn, time = epoch(), is_direct = is_direct }
      of_path[t.fn] = load
      loads[#loads + 1] = load
   end

   local function as_number(byte) return ("#%03o"):format(byte:byte()) end

   -- Whether all letters outside ASCII are UTF-8; Lua 5.1 has no library for it. A letter leaves a gap: what stood on its
   -- two sides makes no other letter.
   local function is_utf8(text)
      local rest = text:gsub("[\194-\223][\128-\191]", " ")
         :gsub("\224[\160-\191][\128-\191]", " "):gsub("\237[\128-\159][\128-\191]", " ")
         :gsub("[\225-\236\238\239][\128-\191][\128-\191]", " ")
         :gsub("\240[\144-\191][\128-\191][\128-\191]", " "):gsub("\244[\128-\143][\128-\191][\128-\191]", " ")
         :gsub("[\241-\243][\128-\191][\128-\191][\128-\191]", " ")
      return not rest:find("[\128-\255]")
   end

   -- A value as it stands, or in quotes. Control characters become their number, as rsyslog itself writes them.
   local function quote(value)
      local text = tostring(value)
      if text:find("^[%w%._/+:@~%[%]%-]+$") then return text end
      text = text:gsub("%c", as_number)
      if not is_utf8(text) then text = text:gsub("[\128-\255]", as_number) end
      return '"' .. text:gsub('[\\"]', "\\%0") .. '"'
   end

   local function first_of(...)
      for i = 1, select("#", ...) do
         local value = os.getenv((select(i, ...)))
         if value and value ~= "" then return value end
      end
      return nil
   end

   local function user()
      return first_of("USER", "LOGNAME") or require("posix").getpasswd().name
   end

   local function cluster()
      local is_known, value = pcall(function() return require("Cosmic"):singleton():value("LMOD_SYSHOST") end)
      if is_known and value and value ~= "" then return value end
      return CLUSTER ~= "" and CLUSTER or nil
   end

   local function jobid()
      local lsf, index = first_of("LSB_JOBID"), first_of("LSB_JOBINDEX")
      if lsf and index and index ~= "0" then lsf = lsf .. "[" .. index .. "]" end
      return first_of("SLURM_JOB_ID", "PBS_JOBID") or lsf
   end

   local function lines_of(command)
      local head, middle = "user=" .. quote(user()), ""
      local function add(key, value)
         if value then middle = middle .. " " .. key .. "=" .. quote(value) end
      end
      add("host", require("posix").uname("%n"))
      add("cluster", cluster())
      add("jobid", jobid())
      add("account", first_of("SLURM_JOB_ACCOUNT", "PBS_ACCOUNT", "LSB_PROJECT_NAME"))
      local is_default = is_system_default or command == "reset"
      local lines = {}
      for i, load in ipairs(loads) do
         local requested = (load.is_direct and not is_default) and "yes" or "no"
         -- The time comes last, and by its six decimals a line is known to be whole.
         lines[i] = ("%s module=%s path=%s%s userload=%s time=%.6f"):format(
            head, quote(load.module), quote(load.path), middle, requested, load.time)
      end
      return lines
   end

   -- Hands lines to syslog without ever waiting for it for long. Returns how many it took; all, where nobody is there.
   local function to_socket(lines)
      local fcntl, socket = require("posix.fcntl"), require("posix.sys.socket")
      local errno, poll = require("posix.errno"), require("posix.poll")
      local fd = assert(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM, 0))
      fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.O_NONBLOCK)
      local is_open, _, code = socket.connect(fd, { family = socket.AF_UNIX, path = SOCKET })
      local taken, patience = 0, PATIENCE_MS
      if not is_open and (code == errno.ENOENT or code == errno.ECONNREFUSED) then taken = #lines end
      while is_open and taken < #lines do
         local stamp = os.date("%b %d %H:%M:%S"):gsub("^(%a+) 0", "%1  ")
         local message = ("<%d>%s %s: %s"):format(PRIORITY, stamp, TAG, lines[taken + 1])
         local sent, _, why = socket.send(fd, message)
         if sent then
            taken = taken + 1
         elseif why == errno.EAGAIN and patience > 0 then
            local before = epoch()
            poll.poll({ [fd] = { events = { OUT = true } } }, patience)
            patience = patience - math.max(1, math.floor((epoch() - before) * 1000))
         else
            is_open = false
         end
      end
      require("posix.unistd").close(fd)
      return taken
   end

   -- For a luaposix without sockets, and for what syslog did not take at once. The shell reads everything before it
   -- starts the program, in the background and for a while at the most: neither can keep Lmod waiting, or end it.
   local function to_logger(lines)
      local socket = SOCKET == "/dev/log" and "" or ("-u '" .. SOCKET:gsub("'", "'\\''") .. "' ")
      local shell = io.popen(
         "PATH=/usr/bin:/bin; unset LD_LIBRARY_PATH LD_PRELOAD; lines=$(cat); "
            .. 'limit=$(command -v timeout) && limit="$limit 10"; printf "%s\\n" "$lines" | '
            .. "$limit logger " .. socket .. "-t " .. TAG .. " -p local0.info >/dev/null 2>&1 &",
         "w")
      shell:write(table.concat(lines, "\n"), "\n")
      shell:close()
   end

   local off = { no = true, off = true, ["0"] = true, ["false"] = true }

   local function send(name)
      -- Newer versions of Lmod put the name of the function before that of the command.
      local command = tostring(name):match("[%w-]+$")
      local tracking = (os.getenv("MODTALLY_TRACKING") or ""):lower()
      if #loads == 0 or not loading[command] or off[tracking] then return end
      local lines = lines_of(command)
      if tracking == "tell" then
         io.stderr:write(table.concat(lines, "\n"), "\n")
         return
      end
      local is_sent, taken = pcall(to_socket, lines)
      if is_sent and taken == #lines then return end
      to_logger({ (table.unpack or unpack)(lines, (is_sent and taken or 0) + 1) })
   end

   -- Not hook.register: before Lmod 8.7.35 there is room for one function a hook, and that is the site's own.
   local apply = hook.apply
   hook.apply = function(name, ...)
      if name == "load" then
         pcall(remember, ...)
      elseif name == "restore" then
         local of_collection = ...
         is_system_default = type(of_collection) == "table" and of_collection.collection == "system"
      elseif name == "finalize" then
         pcall(send, ...)
      end
      return apply(name, ...)
   end
end)
